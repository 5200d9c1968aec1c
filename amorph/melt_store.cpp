#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "amorph/cache.hpp"
#include "base/files.hpp"

namespace lamella {
namespace {

using Json = nlohmann::ordered_json;

Json numbers(const std::vector<Cartesian>& vectors) {
  Json list = Json::array();
  for (const Cartesian& v : vectors)
    for (int k = 0; k < 3; ++k) list.push_back(v[k]);
  return list;
}

std::vector<Cartesian> vectors(const Json& list) {
  std::vector<Cartesian> out;
  for (std::size_t i = 0; i + 2 < list.size(); i += 3) out.emplace_back(list[i].get<double>(), list[i + 1].get<double>(), list[i + 2].get<double>());
  return out;
}

/// nlohmann writes the shortest digits that read back to the same double.
std::string state_text(const MeltState& state) {
  Json rows = Json::array();
  for (int i = 0; i < 9; ++i) rows.push_back(state.rows(i / 3, i % 3));
  return Json{{"rows", rows}, {"positions", numbers(state.positions)}, {"velocities", numbers(state.velocities)}}.dump();
}

MeltState parse_state(const std::string& text) {
  const Json json = Json::parse(text);
  MeltState state;
  for (int i = 0; i < 9; ++i) state.rows(i / 3, i % 3) = json.at("rows").at(i).get<double>();
  state.positions = vectors(json.at("positions"));
  state.velocities = vectors(json.at("velocities"));
  return state;
}

Json record_json(const StageRecord& s) {
  return {{"name", s.name}, {"from", s.from}, {"to", s.to}, {"time", s.time}, {"temperature", s.temperature}, {"pressure", s.pressure},
          {"density", s.density}, {"energy", s.energy}, {"msd", s.msd}, {"crystal_share", s.crystal_share}};
}

StageRecord parse_record(const Json& j) {
  return {j.at("name").get<std::string>(), j.at("from").get<double>(), j.at("to").get<double>(), j.at("time").get<double>(),
          j.at("temperature").get<double>(), j.at("pressure").get<double>(), j.at("density").get<double>(), j.at("energy").is_null() ? std::nan("") : j.at("energy").get<double>(),
          j.at("msd").get<std::vector<double>>(), j.at("crystal_share").get<double>()};
}

/// The name of a stage's state tells after how many rewinds it was made: a state of an abandoned branch is never taken for it.
std::string state_name(std::size_t stage, std::size_t rewinds) { return fmt::format("stage-{}-{}.json", stage, rewinds); }

}  // namespace

MeltStore::MeltStore(const std::string& key) {
  if (!key.empty() && !cache_folder().empty()) folder_ = cache_folder() / "unfinished" / key;
}

QuenchLog MeltStore::load() const {
  std::error_code ignored;
  if (folder_.empty() || !std::filesystem::exists(folder_ / "quench.json", ignored)) return {};
  try {
    const Json json = Json::parse(read_whole_file(folder_ / "quench.json"));
    QuenchLog log;
    for (const Json& s : json.at("stages")) log.stages.push_back(parse_record(s));
    for (const Json& r : json.at("rewinds")) log.rewinds.push_back({r.at(0).get<double>(), r.at(1).get<double>(), r.at(2).get<double>()});
    for (const Json& name : json.at("states")) log.history.push_back(parse_state(read_whole_file(folder_ / name.get<std::string>())));
    return log.history.size() == log.stages.size() ? log : QuenchLog{};
  } catch (const std::exception&) {
    return {};
  }
}

void MeltStore::save(const QuenchLog& log) {
  if (folder_.empty() || log.history.empty()) return;
  try {
    std::filesystem::create_directories(folder_);
    const std::filesystem::path list = folder_ / "quench.json";
    // Names of the earlier states stand in the list on disk; those before this stage have not changed.
    std::vector<std::string> states;
    if (std::filesystem::exists(list)) states = Json::parse(read_whole_file(list)).at("states").get<std::vector<std::string>>();
    states.resize(log.history.size() - 1);
    states.push_back(state_name(log.history.size() - 1, log.rewinds.size()));
    write_whole_file(folder_ / states.back(), state_text(log.history.back()));
    Json stages = Json::array(), rewinds = Json::array();
    for (const StageRecord& s : log.stages) stages.push_back(record_json(s));
    for (const Rewind& r : log.rewinds) rewinds.push_back({r.from, r.to, r.share});
    write_whole_file(list, Json{{"states", states}, {"stages", stages}, {"rewinds", rewinds}}.dump());
  } catch (const std::exception&) {
    folder_.clear();  // no room, no rights: the quench goes on without being remembered
  }
}

double MeltStore::density() const {
  std::error_code ignored;
  if (folder_.empty() || !std::filesystem::exists(folder_ / "density.json", ignored)) return 0.0;
  try {
    return Json::parse(read_whole_file(folder_ / "density.json")).get<double>();
  } catch (const std::exception&) {
    return 0.0;
  }
}

void MeltStore::save_density(double density) {
  if (folder_.empty()) return;
  try {
    std::filesystem::create_directories(folder_);
    write_whole_file(folder_ / "density.json", Json(density).dump());
  } catch (const std::exception&) {
    // As above: it is searched for again.
  }
}

void MeltStore::clear() {
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace lamella
