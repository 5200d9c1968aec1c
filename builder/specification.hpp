// builder: the specification, assembly, vacancies, audit, manifest, sweep, report. What a user asks for, and the folder they get.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "amorph/layer.hpp"
#include "lattice/element.hpp"
#include "lattice/slab.hpp"

namespace lamella {

/// `[cell]`: the common in-plane cell and how the layers share it. Units and defaults as contract.md.
struct CellSpecification {
  double max_area = 1000.0;             ///< A^2
  double max_strain = 0.03;             ///< largest |principal strain| of any crystalline layer
  long max_atoms = 6000;
  std::string strain = "stiffness";     ///< stiffness | equal | a layer's name, which stays unstrained
  std::string pick = "least-strain";    ///< least-strain | smallest
  double min_length = 8.0;              ///< A
  std::string boundary = "periodic";    ///< periodic | double | vacuum
  double vacuum = 15.0;                 ///< A, with boundary = "vacuum"
  double gap = 2.0;                     ///< A between the outermost atoms of neighbouring layers
  bool gap_from_radii = false;          ///< gap = "radii": each seam as close as the contact distances of its atoms allow (contact.hpp)
  std::string registry = "none";        ///< lateral shifts: none | seeded | scan
  std::array<int, 2> repeat{1, 1};      ///< the finished stack repeated in its plane; glass is tiled, vacancies are drawn after
};

/// One entry of `vacancies`.
struct VacancySpecification {
  Element species;
  double fraction = 0.0;                ///< of that species in the layer, 0 to 1; used when count is not given
  std::optional<long> count;
  double from = 0.0, to = 1.0;          ///< part of the layer's height where they are drawn, fractions from its bottom
  std::string site = {};                ///< label of the crystal file's site ("Li2"); empty: any
  std::string charge = "none";          ///< none (as in the paper) | report (a warning) | counter-ions (removed as well)
  std::string counter = {};             ///< element of the counter-ions; empty: the layer's free anion or cation of least charge
};

/// How a crystal is cut: slab.hpp says what each means.
enum class SlabKind { stoichiometric, symmetric, compensated };
std::string slab_kind_name(SlabKind kind);

/// One `[[layer]]`: a crystal or a glass.
struct LayerSpecification {
  std::string name;
  std::string crystal;                  ///< bundled name or path; empty for a glass
  Miller miller{0, 0, 1};
  std::optional<int> termination;       ///< nothing: auto
  double anion_disorder = 0.0;          ///< argyrodites: share of the free S that changes place with Cl
  int repeats = 0;                      ///< of the primitive repeat; 0: from the thickness
  SlabKind slab = SlabKind::stoichiometric;
  bool coating = false;                 ///< the layer that boundary = "double" repeats; none said: the last glass
  std::optional<std::array<double, 2>> shift;  ///< lateral, fractions of the common cell; nothing: as cell.registry says
  std::string amorphous;                ///< formula; empty for a crystal
  QuenchRecipe quench;
  std::string structure;                ///< layer file that takes the place of a quench
  std::string sha256;                   ///< of that file
  double thickness = 20.0;              ///< A
  std::vector<VacancySpecification> vacancies;

  bool is_crystal() const { return !crystal.empty(); }
  bool is_left_out() const { return thickness <= 0.0 && repeats == 0; }
};

struct Specification {
  std::string title;
  std::uint64_t seed = 1;
  std::string model;                    ///< path of a model whose type map orders the types; becomes `types` in the built folder
  std::vector<std::string> types;       ///< order of the types; empty: order of appearance
  CellSpecification cell;
  std::vector<LayerSpecification> layers;
  std::filesystem::path folder;         ///< what relative paths in it refer to; not part of the text
};

/// Reads and checks a specification. `overrides` are `--set` words such as "coating.thickness=5", "cell.max_area=500",
/// "electrolyte.vacancies.Li=0.1", "seed=3", applied before anything is checked. Throws Error (bad_input) with the key.
Specification read_specification(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});
/// The same from text; `name` appears in errors, `folder` resolves relative paths.
Specification parse_specification(const std::string& text, const std::string& name, const std::filesystem::path& folder,
                                  const std::vector<std::string>& overrides = {});
/// The canonical text: every default written out, a fixed order. parse(text(s)) gives s, and text(parse(t)) is a fixed point.
std::string specification_text(const Specification& specification);
/// Name of the layer that boundary = "double" puts on top once more: the one that says `coating = true` (a glass or a crystal), else
/// the last glass. Empty with another boundary, and where a glass or the coating meets the wrap-around seam anyway.
std::string repeated_coating(const Specification& specification);
/// Throws Error (bad_input) for what no single key shows: names used twice, no layer, nothing crystalline and no cell, ...
void check_specification(const Specification& specification);

}  // namespace lamella
