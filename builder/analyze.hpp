#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "observe/bonds.hpp"
#include "observe/box_history.hpp"
#include "observe/diffusion.hpp"
#include "observe/order.hpp"
#include "observe/potential_of_mean_force.hpp"
#include "observe/profile.hpp"
#include "observe/rdf.hpp"
#include "observe/residence.hpp"
#include "observe/trajectory.hpp"

namespace lamella {

struct AnalyzeOptions {
  int windows = 4;                       ///< equal pieces of the run for g(r) and profiles
  double r_max = 8.0;                    ///< A
  int bins = 200;
  std::vector<std::string> pairs;        ///< "P-S", "Li:coating-S"; empty: the paper's
  int lifetime = 3;                      ///< frames
  std::vector<BondKind> bonds = default_bond_kinds();
  OrderCriteria order;
  int order_frames = 100;                ///< frames, evenly spread, in which tetrahedra are counted
  std::string mobile = "Li";             ///< whose paths are kept in full
  std::string coating;                   ///< layer name; empty: the amorphous one
  DiffusionOptions diffusion;
  double temperature = 0.0;              ///< K, for V(r); 0: as the run says
  double interval = 0.0;                 ///< ps between frames, for files without times; 0: as the file says
  long start = 0, stop = -1, every = 1;  ///< frames of the file; stop -1: to the end
  int threads = 0;                       ///< 0: all cores
};

/// A trajectory and what is known beside it.
struct AnalysisInput {
  std::string name;                      ///< as it appears in results: "run/reaction/trajectory.nc"
  std::string protocol;                  ///< empty for a bare trajectory
  std::filesystem::path file;
  TrajectoryOptions reading;
  double temperature = 0.0;              ///< K, mean of the run's thermo.csv; 0: not known
  std::string coating;                   ///< name of the amorphous layer, empty: not known
};

/// Everything `lamella analyze` finds. Series run side by side with `time`.
struct Analysis {
  AnalysisInput input;
  AnalyzeOptions options;
  TrajectoryAtoms atoms;
  std::vector<double> time;                    ///< ps, one per analysed frame
  std::vector<long> step;
  bool timed = false;                          ///< the file carries times
  std::vector<std::pair<double, double>> window_times;   ///< ps, first and last frame of each
  std::vector<std::vector<RdfResult>> rdf;     ///< [window][pair]
  std::vector<RdfResult> rdf_whole;            ///< [pair], the whole run
  std::vector<PotentialOfMeanForce> potentials;  ///< [pair]; empty where the temperature is not known
  std::vector<BondCensus> bonds;
  std::vector<BondEvent> events;
  std::vector<std::size_t> order_at;           ///< frames (of those analysed) with an entry in `order`
  std::vector<OrderReport> order;
  std::vector<Profile> profiles;               ///< [window]
  std::vector<Diffusion> diffusion;
  std::string residence_layer;
  std::size_t residence_ions = 0;
  std::vector<ResidenceCount> residence;
  std::vector<BoxState> box;
  std::vector<std::string> warnings;
};

/// The trajectories of a built folder's runs (run/<protocol>/trajectory.nc or a dump there), the one of `protocol` alone
/// where it is given; the later stage first. Throws Error (bad_input) when there is none.
std::vector<AnalysisInput> runs_of_folder(const std::filesystem::path& folder, const std::string& protocol);

/// Writes the results into `folder`, whole or not at all, the first run's at its top and every other's in a folder named after its
/// protocol. Throws Error (bad_input) where `folder` holds anything but an earlier analysis, unless `replace`.
void write_analyses(const std::filesystem::path& folder, const std::vector<Analysis>& runs, bool replace);

/// Reads the trajectory once, in memory that does not grow with its length but for the paths of the mobile ions (at most 400 MB,
/// then every second frame of them is dropped) and some numbers per frame.
Analysis analyze(const AnalysisInput& input, const AnalyzeOptions& options, const Progress& progress);

/// analysis.json: all of it, units in the keys.
nlohmann::ordered_json analysis_json(const Analysis& analysis);
/// One csv per observable, units in the header: file name and text.
std::vector<std::pair<std::string, std::string>> analysis_csv(const Analysis& analysis);

}  // namespace lamella
