#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "builder/analyze.hpp"
#include "builder/report/packed.hpp"
#include "builder/report/sections.hpp"

namespace lamella::report {
namespace {

/// Fractional coordinates in 16 bits each (0.001 A in a cell of 65 A), little-endian.
json frame_json(const Frame& frame, const std::string& name) {
  std::vector<Vec3> fractional;
  Vec3 low = Vec3::Zero(), high = Vec3::Ones();
  for (const Cartesian& r : frame.positions) {
    Vec3 s = frame.cell.to_fractional(frame.cell.wrapped(r)).vec();
    fractional.push_back(s);
    low = low.cwiseMin(s);
    high = high.cwiseMax(s);
  }
  const Vec3 span = high - low;
  std::string bytes;
  for (const Vec3& s : fractional)
    for (int axis = 0; axis < 3; ++axis) {
      const long word = std::clamp(std::lround((s[axis] - low[axis]) / span[axis] * 65535.0), 0L, 65535L);
      bytes.push_back(static_cast<char>(word & 255));
      bytes.push_back(static_cast<char>(word >> 8));
    }
  json cell = json::array();
  for (int row = 0; row < 3; ++row) cell.push_back({frame.cell.rows()(row, 0), frame.cell.rows()(row, 1), frame.cell.rows()(row, 2)});
  return {{"name", name}, {"cell", cell}, {"low", {low.x(), low.y(), low.z()}}, {"span", {span.x(), span.y(), span.z()}}, {"positions", base64(bytes)}};
}

/// The last frame, read from the front: trajectories are streams.
bool last_frame(const std::filesystem::path& file, const TrajectoryOptions& options, Frame& frame) {
  const long count = count_frames(file, options);
  const auto reader = open_trajectory(file, options);
  for (long k = 0; k + 1 < count; ++k) reader->skip();
  return reader->next(frame);
}

}  // namespace

json scene_of(Page& page, const std::filesystem::path& folder) {
  const auto reader = open_trajectory(folder / "stack.extxyz");
  const TrajectoryAtoms& atoms = reader->atoms();
  Frame frame;
  reader->next(frame);
  json frames = json::array({frame_json(frame, "as built")});
  std::vector<AnalysisInput> runs;
  if (std::filesystem::is_directory(folder / "run")) try {
      runs = runs_of_folder(folder, "");
    } catch (const Error&) {
      runs.clear();  // no run has a trajectory yet
    }
  for (const AnalysisInput& run : runs) try {
      if (last_frame(run.file, run.reading, frame)) frames.push_back(frame_json(frame, "end of " + run.protocol));
    } catch (const Error& error) {
      page.warning(run.name + " could not be shown: " + error.what());
    }
  json scene = {{"elements", json::array()}, {"element_colors", json::array()}, {"radii", json::array()}, {"layers", json::array()}, {"layer_colors", json::array()}};
  std::vector<Element> kinds;
  for (const FormulaTerm& term : formula_of(atoms.elements)) {
    kinds.push_back(term.element);
    scene["elements"].push_back(term.element.symbol());
    scene["element_colors"].push_back(element_color(term.element.symbol()));
    scene["radii"].push_back(std::clamp(term.element.covalent_radius(), 0.5, 2.0));
  }
  json element_of = json::array();
  for (const Element& element : atoms.elements) element_of.push_back(std::find(kinds.begin(), kinds.end(), element) - kinds.begin());
  for (std::size_t k = 0; k < atoms.layer_names.size(); ++k) {
    scene["layers"].push_back(atoms.layer_names[k]);
    scene["layer_colors"].push_back(category_color(k));
  }
  scene["element_of"] = element_of;
  scene["layer_of"] = atoms.layer_of;
  scene["frames"] = frames;
  return scene;
}

}  // namespace lamella::report
