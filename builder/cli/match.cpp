#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "base/error.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "lattice/match_layer.hpp"
#include "lattice/match_residual.hpp"
#include "lattice/strain.hpp"

namespace lamella {

namespace po = boost::program_options;

namespace {

const char* const usage =
    "examples:\n"
    "  lamella match LiCoO2:1,0,4 Li6PS5Cl:1,0,0\n"
    "  lamella match LiCoO2:0,0,1 LiF:1,1,1 --max-area 1000 --all --json\n"
    "  lamella match LiCoO2:1,0,4 Li6PS5Cl:1,0,0 --strain stiffness --thickness 20 --max-atoms 6000\n"
    "  lamella match LiCoO2:1,0,4 LiF:1,0,0 my.cif:1,1,0 --strain equal\n\n"
    "Common in-plane cells of any number of crystal surfaces, smallest first: the front that nothing beats in area and\n"
    "largest principal strain, or every match with --all. Any rotation, never a mirror image. The first crystal keeps its\n"
    "cell unless --strain says otherwise. Matches that rotations of a layer's own lattice carry into one another are\n"
    "listed once; `multiplicity` counts them. `atoms` counts one repeat of each crystal, or slabs with --thickness.\n"
    "A crystal with partly occupied sites is matched on all translations of its average structure. Where whole atoms keep\n"
    "fewer of them, `lamella build` finds the matches without an asterisk (`whole_atoms` in --json).\n";

struct Asked {
  std::string word;  ///< as typed: the layer's name
  std::string crystal;
  Miller miller;
};

Asked parse_asked(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  const auto wrong = [&](const char* what) {
    fail_input({"CRYSTAL:h,k,l", what, "'" + word + "'", "a crystal, a colon, three whole numbers", "as in LiCoO2:1,0,4"});
  };
  if (colon == std::string::npos || colon == 0) wrong("no Miller index");
  int index[3];
  const char* at = word.data() + colon + 1;
  const char* const end = word.data() + word.size();
  for (int i = 0; i < 3; ++i) {
    const auto [next, error] = std::from_chars(at, end, index[i]);
    if (error != std::errc() || (i < 2 ? next == end || *next != ',' : next != end)) wrong("not a Miller index");
    at = next + 1;
  }
  return {word, word.substr(0, colon), {index[0], index[1], index[2]}};
}

StrainSharing parse_sharing(const std::string& text, const std::vector<Asked>& asked) {
  if (text == "first") return {StrainSharing::Kind::onto, 0};
  if (text == "equal") return {StrainSharing::Kind::equal, 0};
  if (text == "stiffness") return {StrainSharing::Kind::stiffness, 0};
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (asked[i].word == text || asked[i].crystal == text) return {StrainSharing::Kind::onto, i};
  fail_input({"--strain", "no such sharing", "'" + text + "'", "first, equal, stiffness or one of the crystals", ""});
}

std::string json_matrix(const Mat2& m) {
  return fmt::format("[[{:.12g},{:.12g}],[{:.12g},{:.12g}]]", m(0, 0) + 0.0, m(0, 1) + 0.0, m(1, 0) + 0.0, m(1, 1) + 0.0);
}
std::string json_matrix(const Int2x2& m) { return fmt::format("[[{},{}],[{},{}]]", m(0, 0), m(0, 1), m(1, 0), m(1, 1)); }

std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c < 0x20) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else out += static_cast<char>(c);
  }
  return out + '"';
}

bool has_whole_atoms(const Match& match, const std::vector<AverageLayer>& averages) {
  for (std::size_t k = 0; k < averages.size(); ++k)
    if (!averages[k].holds(match.layers[k].matrix)) return false;
  return true;
}

/// One line per match: tens of thousands of them are written as fast as they are found, without a tree in memory.
void print_json(const std::vector<Match>& shown, const std::vector<MatchLayer>& layers, const std::vector<AverageLayer>& averages, const MatchLimits& limits, long found,
                long counted) {
  std::string bases;
  for (const MatchLayer& layer : layers) bases += (bases.empty() ? "" : ",") + json_matrix(layer.basis);
  fmt::memory_buffer out;
  const auto put = [&]<class... T>(fmt::format_string<T...> format, T&&... parts) { fmt::format_to(std::back_inserter(out), format, std::forward<T>(parts)...); };
  put("{{\"max_area\":{:.12g},\"max_strain\":{:.12g},\"max_atoms\":{},\"min_length\":{:.12g},\n", limits.max_area, limits.max_strain, limits.max_atoms, limits.min_length);
  put("\"merged\":\"rotations of each layer's own lattice; multiplicity counts what a match stands for\",\n");
  put("\"found\":{},\"found_unmerged\":{},\n\"matches\":[", found, counted);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const Match& match = shown[i];
    put("{}\n{{\"area\":{:.10g},\"max_strain\":{:.10g},\"atoms\":{},\"whole_atoms\":{},\"multiplicity\":{},\"cell\":{},\"matrices\":[", i ? "," : "", match.area, match.max_strain, match.atoms,
        has_whole_atoms(match, averages), match.multiplicity, json_matrix(match.cell));
    for (std::size_t k = 0; k < match.layers.size(); ++k) put("{}{}", k ? "," : "", json_matrix(match.layers[k].matrix));
    put("],\"bases\":[{}],\"layers\":[", bases);
    for (std::size_t k = 0; k < match.layers.size(); ++k) {
      const LayerMatch& layer = match.layers[k];
      const Vec2 principal = principal_strains(layer.strain);
      put("{}{{\"name\":{},\"matrix\":{},\"strain\":{},\"principal\":[{:.10g},{:.10g}],\"von_mises\":{:.10g},\"rotation\":{:.10g},\"residual\":{:.2g},\"energy_per_area\":", k ? "," : "",
          json_string(layer.name), json_matrix(layer.matrix), json_matrix(layer.strain), principal[0], principal[1], layer.von_mises, layer.rotation,
          match_residual(layer, layers[k].basis, match.cell));
      if (layers[k].plane_stiffness && layers[k].thickness > 0) put("{:.10g}}}", layer.energy_per_area);
      else put("null}}");
    }
    put("]}}");
  }
  put("\n]}}\n");
  fmt::print("{}", std::string_view(out.data(), out.size()));
}

void print_table(const std::vector<Match>& shown, const std::vector<MatchLayer>& layers, const std::vector<AverageLayer>& averages, long found, long counted, bool all) {
  fmt::print("{:>10} {:>9} {:>7} {:>8} {:>8} {:>7}", "area A^2", "strain %", "atoms", "a A", "b A", "gamma");
  for (const MatchLayer& layer : layers) fmt::print("  {}", layer.name);
  fmt::print("\n");
  bool marked = false;
  for (const Match& match : shown) {
    const Vec2 a = match.cell.row(0), b = match.cell.row(1);
    const double gamma = std::atan2(match.cell.determinant(), a.dot(b)) * 180.0 / std::numbers::pi;
    fmt::print("{:>10.2f} {:>9.3f} {:>7} {:>8.3f} {:>8.3f} {:>7.2f}", match.area, 100 * match.max_strain, match.atoms, a.norm(), b.norm(), gamma);
    for (const LayerMatch& layer : match.layers) {
      const Int2x2& m = layer.matrix;
      fmt::print("  ({} {}; {} {}) at {:.1f} deg", m(0, 0), m(0, 1), m(1, 0), m(1, 1), layer.rotation);
    }
    const bool whole = has_whole_atoms(match, averages);
    fmt::print("{}\n", whole ? "" : " *");
    marked = marked || !whole;
  }
  if (marked) fmt::print("* of the average structure alone: its partly occupied sites have fewer translations once they hold whole atoms\n");
  fmt::print("{} of {} matches shown ({} before symmetry merged them){}\n", shown.size(), found, counted, all ? "" : "; --all lists every one");
}

}  // namespace

int match_command(const std::vector<std::string>& words) {
  MatchLimits limits{1000.0, 0.03, 0, 0.0};
  std::string strain = "first";
  double thickness = 0.0;
  po::options_description options("options");
  options.add_options()("max-area", po::value(&limits.max_area)->default_value(limits.max_area, "1000"), "A^2, of every layer's cell")(
      "max-strain", po::value(&limits.max_strain)->default_value(limits.max_strain, "0.03"), "largest |principal strain| of any layer")(
      "max-atoms", po::value(&limits.max_atoms), "of all layers together")(
      "min-length", po::value(&limits.min_length), "A, each vector of the common cell")(
      "strain", po::value(&strain)->default_value(strain), "first | equal | stiffness | the crystal that stays unstrained")(
      "thickness", po::value(&thickness), "A, slabs at least this thick; without it one repeat of each")("all", "every match, not only the front")("json", "for programs");
  const ParsedOptions parsed = parse_options(words, options, {"crystals..."}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("crystals")) fail_input({"match", "no crystal given", "", "CRYSTAL:h,k,l ...", "as in lamella match LiCoO2:1,0,4 Li6PS5Cl:1,0,0"});

  std::vector<Asked> asked;
  for (const std::string& word : parsed.values["crystals"].as<std::vector<std::string>>()) asked.push_back(parse_asked(word));
  const StrainSharing sharing = parse_sharing(strain, asked);
  std::map<std::string, Crystal> crystals;
  std::vector<MatchLayer> layers;
  std::vector<AverageLayer> averages;
  for (const Asked& a : asked) {
    if (!crystals.contains(a.crystal)) crystals.emplace(a.crystal, load_crystal(a.crystal));
    const Crystal& crystal = crystals.at(a.crystal);
    averages.push_back(average_match_layer(a.word, crystal, a.miller, thickness > 0 ? repeats_for(crystal, a.miller, thickness) : 1));
    layers.push_back(averages.back().layer);
  }
  if (const std::string warning = sharing_warning(layers, sharing); !warning.empty()) fmt::print(stderr, "lamella: warning: {}\n", warning);

  std::vector<Match> matches = find_matches(layers, limits, sharing);
  const long found = static_cast<long>(matches.size());
  long counted = 0;
  for (const Match& match : matches) counted += match.multiplicity;
  if (!parsed.has("all")) matches = pareto_front(std::move(matches));
  if (parsed.has("json")) print_json(matches, layers, averages, limits, found, counted);
  else print_table(matches, layers, averages, found, counted, parsed.has("all"));
  return 0;
}

}  // namespace lamella
