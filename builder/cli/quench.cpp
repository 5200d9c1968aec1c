#include <fmt/format.h>

#include <cstdlib>

#include "amorph/layer.hpp"
#include "amorph/layer_file.hpp"
#include "amorph/proof.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"

namespace lamella {
namespace po = boost::program_options;
namespace {

constexpr const char* usage =
    "examples:\n"
    "  lamella quench LiF --cell 28.2,0,0,28.5 --thickness 10 -o a-LiF.extxyz\n"
    "  lamella quench LiF --cell 20,0,-10,17.32 --thickness 20 --rate 1e14 --seed 3 --require-amorphous -o a-LiF.extxyz\n"
    "  lamella quench Li3PO4 --cell 20,0,0,20 --thickness 15 --potential model.pb --density 2.4 -o a-Li3PO4.extxyz\n"
    "\n"
    "Usage: lamella quench FORMULA --cell a1,a2,b1,b2 --thickness T -o FILE [options]\n"
    "\n"
    "Melts and quenches one amorphous layer inside the in-plane cell a = (a1, a2), b = (b1, b2) (A, right-handed, any shape), cuts it flat\n"
    "and stoichiometric, and writes it with its proof.\n";

Mat2 parse_cell(const std::string& text) {
  Mat2 plane;
  const char* at = text.c_str();
  for (int i = 0; i < 4; ++i) {
    char* end = nullptr;
    plane(i / 2, i % 2) = std::strtod(at, &end);
    if (end == at || *end != (i < 3 ? ',' : '\0')) fail_input({"--cell", "not an in-plane cell", "'" + text + "'", "a1,a2,b1,b2 in A", "e.g. --cell 20,0,-10,17.32"});
    at = end + 1;
  }
  return plane;
}

/// An option for `value`, which shows its default as one would type it: 0.1 and not 0.10000000000000001.
po::typed_value<double>* shown(double& value) { return po::value(&value)->default_value(value, fmt::format("{:g}", value)); }

po::options_description quench_options(LayerRequest& request, std::string& cell, std::string& output, std::string& stages, std::string& plot, std::string& inputs) {
  QuenchRecipe& r = request.recipe;
  po::options_description o("options");
  o.add_options()
      ("cell", po::value(&cell), "in-plane cell a1,a2,b1,b2, A")
      ("thickness", po::value(&request.thickness), "A, 2 to 100")
      ("output,o", po::value(&output), "extended XYZ file to write")
      ("seed", po::value(&request.seed)->default_value(1), "of the packing and the velocities")
      ("potential", po::value(&r.potential)->default_value(r.potential), "buckingham | tosi-fumi | a Deep Potential's file | LAMMPS lines")
      ("method", po::value(&r.method)->default_value(r.method), "auto | bulk | slab")  // confined: `lamella build`
      ("melt", shown(r.melt), "K")
      ("hold", shown(r.hold), "ps at the melt temperature")
      ("rate", shown(r.rate), "K/s")
      ("final", shown(r.final), "K")
      ("final-hold", shown(r.final_hold), "ps at the final temperature")
      ("density", shown(r.density), "g/cm3; 0: the potential's own, at 0 bar along z")
      ("rewinds", po::value(&r.rewinds)->default_value(r.rewinds), "times a nucleating quench may go back; 0: never")
      ("crystal-share", shown(r.crystal_share), "of ions above which it counts as crystallised")
      ("require-amorphous", po::bool_switch(&r.require_amorphous), "crystallised is an error, after --tries seeds")
      ("tries", po::value(&r.tries)->default_value(r.tries), "seeds tried with --require-amorphous")
      ("bond", shown(r.bond), "A, cation to anion, of a bond; 0: 2.5 for LiF, else 1.35 first peaks")
      ("regular-t", shown(r.regular_t), "a regular tetrahedron: CN 4, T below this ...")
      ("regular-q", shown(r.regular_q), "... and q above this")
      ("stages", po::value(&stages), "also write the table of stages as csv")
      ("plot", po::value(&plot), "also write temperature, density and energy of the stages as a picture (svg)")
      ("inputs", po::value(&inputs), "also keep each stage's LAMMPS input and data in this folder (a layer in the cache is made again)")
      ("json", "print the proof as JSON")
      ("quiet,q", "print nothing but errors");
  return o;
}

void print_summary(const AmorphousLayer& layer, const std::string& output) {
  const nlohmann::ordered_json& p = layer.proof;
  fmt::print("{}: {} atoms of {}, {:.2f} A thick, {:.3f} g/cm3, by {}\n", output, layer.slab.size(), p.at("formula").get<std::string>(), layer.slab.thickness,
             layer.density, p.at("method").get<std::string>());
  fmt::print("first peak {:.2f} A, CN({:.2f} A) {:.2f}, crystal-like {:.1f} %, crystallised: {}\n", p.at("first_peak").get<double>(),
             p.at("thresholds").at("bond").get<double>(), p.at("cn").get<double>(), 100.0 * p.at("crystal_share").get<double>(),
             p.at("crystallised").get<bool>() ? "yes" : "no");
  if (!p.at("rewinds").empty()) fmt::print("went back {} times to keep crystals from growing\n", p.at("rewinds").size());
}

}  // namespace

int quench_command(const std::vector<std::string>& words) {
  LayerRequest request{};
  std::string cell, output, stages, plot, inputs;
  const ParsedOptions parsed = parse_options(words, quench_options(request, cell, output, stages, plot, inputs), {"formula"}, usage);
  if (parsed.helped) return 0;
  for (const char* key : {"formula", "cell", "thickness", "output"})
    if (!parsed.has(key)) fail_input({"lamella quench", std::string("--") + key + " is missing", "", "", "see lamella quench --help"});
  request.formula = reduced(parse_formula(parsed.values["formula"].as<std::string>()));
  request.plane = parse_cell(cell);
  request.inputs = inputs;
  const bool quiet = parsed.has("quiet");
  const AmorphousLayer layer = make_amorphous_layer(request, quiet ? Progress{} : terminal_progress());
  write_whole_file(output, layer_file_text(layer));
  if (!stages.empty()) write_whole_file(stages, stage_table(layer.proof));
  if (!plot.empty()) write_whole_file(plot, stage_plot(layer.proof));
  for (const std::string& warning : layer.warnings) fmt::print(stderr, "lamella: warning: {}\n", warning);
  if (parsed.has("json")) fmt::print("{}\n", layer.proof.dump(1));
  else if (!quiet) print_summary(layer, output);
  return 0;
}

}  // namespace lamella
