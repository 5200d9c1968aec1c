#include <fmt/format.h>

#include <charconv>
#include <set>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/analyze.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "export/picture.hpp"

namespace lamella {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

constexpr const char* usage =
    "examples:\n"
    "  lamella picture stack                                        # stack/pictures/stack.png\n"
    "  lamella picture stack --protocol reaction --frames 0,100,last\n"
    "  lamella picture run.lammpstrj --layers stack.extxyz --frames last --along b --colour layer --width 170\n\n"
    "lamella picture DIR|FILE: PNG files of publication size, orthographic, with a legend and a scale bar; no display is needed.\n"
    "Of a built folder the stack as built or, with --frames, frames of its run; of a file (LAMMPS dump, AMBER NetCDF, extended\n"
    "XYZ) the frames asked for. Atoms are wrapped into the cell.\n";

/// "0,100,last" against the number of frames.
std::set<long> chosen_frames(const std::string& text, long count) {
  std::set<long> chosen;
  for (const std::string& word : comma_words(text)) {
    long frame = count - 1;
    if (word != "last") {
      const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), frame);
      if (code != std::errc() || end != word.data() + word.size() || frame < 0 || frame >= count)
        fail_input({"--frames", "no such frame", "'" + word + "'", fmt::format("0 to {}, or last", count - 1), ""});
    }
    chosen.insert(frame);
  }
  if (chosen.empty()) fail_input({"--frames", "which?", "'" + text + "'", "as in 0,100,last", ""});
  return chosen;
}

Structure structure_of(const TrajectoryAtoms& atoms, const Frame& frame) {
  Structure structure;
  structure.cell = frame.cell;
  structure.elements = atoms.elements;
  structure.positions = frame.positions;
  structure.layer_of = atoms.layer_of;
  structure.layer_names = atoms.layer_names;
  return structure;
}

PictureOptions picture_options(const ParsedOptions& parsed) {
  PictureOptions picture;
  const auto along = parsed.get<std::string>("along"), colour = parsed.get<std::string>("colour");
  if (along.size() != 1) fail_input({"--along", "not a lattice vector", "'" + along + "'", "a, b or c", ""});
  picture.axis = along[0];
  if (colour != "element" && colour != "layer") fail_input({"--colour", "unknown", "'" + colour + "'", "element or layer", ""});
  picture.colour = colour == "layer" ? PictureOptions::By::layer : PictureOptions::By::element;
  picture.width_mm = parsed.get<double>("width");
  picture.max_height_mm = parsed.get<double>("height");
  picture.dpi = parsed.get<double>("dpi");
  picture.legend = !parsed.has("no-legend");
  return picture;
}

/// What is drawn: a file, and the name that its pictures begin with.
struct Subject {
  fs::path file, place;
  std::string name;
  TrajectoryOptions reading;
};

Subject subject_of(const fs::path& given, const ParsedOptions& parsed) {
  const std::string protocol = parsed.has("protocol") ? parsed.get<std::string>("protocol") : "";
  Subject subject;
  if (fs::is_directory(given)) {
    subject.place = given / "pictures";
    if (!parsed.has("frames") && protocol.empty()) {
      subject.file = given / "stack.extxyz";
      subject.name = "stack";
      if (!fs::is_regular_file(subject.file)) fail_input({given.string(), "not a built folder: no stack.extxyz", "", "", "build it with `lamella build`, or give a file"});
      return subject;
    }
    const AnalysisInput run = runs_of_folder(given, protocol).front();
    subject.file = run.file;
    subject.name = run.protocol;
    subject.reading = run.reading;
    return subject;
  }
  subject.file = given;
  subject.name = given.stem().string();
  subject.place = given.parent_path() / "pictures";
  if (parsed.has("layers")) subject.reading.reference = read_identities(parsed.get<std::string>("layers"));
  if (parsed.has("types"))
    for (const std::string& symbol : comma_words(parsed.get<std::string>("types"))) subject.reading.types.push_back(Element::from_symbol(symbol));
  return subject;
}

}  // namespace

int picture_command(const std::vector<std::string>& words) {
  po::options_description options("options");
  options.add_options()
      ("frames", po::value<std::string>(), "frames of the trajectory, from 0, as in 0,100,last (default of a file: last)")
      ("protocol", po::value<std::string>(), "the run of the folder (default: its latest stage)")
      ("along", po::value<std::string>()->default_value("a"), "lattice vector one looks along: a, b or c")
      ("colour", po::value<std::string>()->default_value("element"), "element or layer")
      ("width", po::value<double>()->default_value(85.0, "85"), "mm, legend included: 85 is one column")
      ("height", po::value<double>()->default_value(200.0, "200"), "mm, at most")
      ("dpi", po::value<double>()->default_value(300.0, "300"), "pixels per inch")
      ("no-legend", "the stack alone")
      ("types", po::value<std::string>(), "elements of type 1, 2, ... of a trajectory: Li,Co,O")
      ("layers", po::value<std::string>(), "stack.extxyz with the layers (and elements) of a trajectory's atoms")
      ("output,o", po::value<std::string>(), "folder for the pictures (default: DIR/pictures, or pictures beside the file)")
      ("quiet,q", "print nothing");
  const ParsedOptions parsed = parse_options(words, options, {"input"}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("input")) fail_input({"command line", "a built folder or a trajectory is wanted", "", "", "lamella picture DIR"});
  const PictureOptions picture = picture_options(parsed);
  const Subject subject = subject_of(parsed.get<std::string>("input"), parsed);
  const fs::path place = parsed.has("output") ? fs::path(parsed.get<std::string>("output")) : subject.place;
  const long count = count_frames(subject.file, subject.reading);
  const std::set<long> chosen = chosen_frames(parsed.has("frames") ? parsed.get<std::string>("frames") : "last", count);
  const auto reader = open_trajectory(subject.file, subject.reading);
  std::error_code code;
  fs::create_directories(place, code);
  if (code) fail_run({place.string(), "cannot be made", code.message(), "", ""});
  Frame frame;
  long at = 0;
  for (const long wanted : chosen) {
    for (; at < wanted; ++at) reader->skip();
    reader->next(frame);
    ++at;
    const fs::path file = place / (count == 1 ? subject.name + ".png" : fmt::format("{}-{:06}.png", subject.name, wanted));
    write_whole_file(file, picture_png(structure_of(reader->atoms(), frame), picture));
    if (!parsed.has("quiet")) fmt::print("{}\n", file.string());
  }
  return 0;
}

}  // namespace lamella
