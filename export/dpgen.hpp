#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "export/type_map.hpp"

namespace lamella {

/// A system DP-GEN explores: where its starting structures lie, and whether init_bulk labels data for it first.
struct DpgenSystem {
  std::string name;
  std::vector<std::string> configurations;  ///< paths or wildcards of POSCARs, relative to param.json
  std::string initial_data;                 ///< folder searched for DeePMD data, relative to param.json; empty: none
  bool coated = false;                      ///< explored after the pair interfaces
};

/// The exploration ladder (the paper's: 300 to 900 K, 0 to 1000 bar).
struct DpgenOptions {
  std::vector<double> temperatures = {300.0, 500.0, 700.0, 900.0};  ///< K, one iteration each
  std::vector<double> pressures = {0.0, 100.0, 1000.0};             ///< bar
  long steps = 3000;                                                ///< of each trajectory
  double trust_low = 0.12, trust_high = 0.35;                       ///< eV/A, of the force deviation
  int tasks = 60;                                                   ///< labels per system and iteration, at most
};

/// What init_bulk does to a structure before the short AIMD.
struct InitBulkOptions {
  int perturbations = 3;
  double cell = 0.03, atoms = 0.05;  ///< largest change of the cell (fraction) and of positions (A)
  int md_steps = 100;
};

/// `param.json` of `dpgen run`: pair interfaces first, then the coated one, under npt-a (npt is isotropic and would tear an
/// interface). `training` is deepmd_input() without data. DP-GEN 0.14.
nlohmann::ordered_json dpgen_param(const TypeMap& types, const std::vector<DpgenSystem>& systems, const nlohmann::ordered_json& training, const DpgenOptions& options);
/// `machine.json` of `dpgen run`: everything on this machine (Shell); a queue is two words to change.
nlohmann::ordered_json dpgen_machine();
/// `param.json` and `machine.json` of `dpgen init_bulk` beside a POSCAR, INCAR.relax and INCAR.md. `potcars`: folder of the POTCARs.
nlohmann::ordered_json init_bulk_param(const Structure& structure, const TypeMap& types, const std::string& potcars, const InitBulkOptions& options);
nlohmann::ordered_json init_bulk_machine();

/// "POTCAR.Li_sv": the file name param.json expects in the folder of POTCARs.
std::string potcar_file(Element element);
/// DP-GEN gives all systems one INCAR, VASP reads LDAUL and LDAUU in the order of each POSCAR: this shell script, run before VASP
/// in each task, writes the LDAU lines its POSCAR needs (none without Co). Without it a system without Co would put U on P.
std::string hubbard_script(double co_u = 5.14);

}  // namespace lamella
