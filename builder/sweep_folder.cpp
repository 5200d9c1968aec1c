#include "builder/sweep_folder.hpp"

#include <fmt/format.h>

#include <cstring>
#include <set>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/shared_cache.hpp"
#include "lattice/crystal.hpp"

namespace lamella {

namespace fs = std::filesystem;

namespace {

/// The `name` of `name.tmp123`, `name.partial123`, `name.replaced123`: what base/files leaves when its process is killed.
std::optional<std::string> leftover_of(const std::string& file) {
  for (const char* mark : {".tmp", ".partial", ".replaced"}) {
    const std::size_t at = file.rfind(mark);
    if (at == std::string::npos) continue;
    const std::string number = file.substr(at + std::strlen(mark));
    if (!number.empty() && number.find_first_not_of("0123456789") == std::string::npos) return file.substr(0, at);
  }
  return std::nullopt;
}

/// Of `name` alone, or of anything when that is empty.
void remove_leftovers(const fs::path& folder, const std::string& name) {
  std::vector<fs::path> found;
  std::error_code ec;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ec))
    if (const auto owner = leftover_of(entry.path().filename().string()); owner && (name.empty() || *owner == name)) found.push_back(entry.path());
  for (const fs::path& path : found) fs::remove_all(path, ec);
}

/// Every file below `folder`, relative to it.
std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> files;
  std::error_code ec;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, ec))
    if (!entry.is_directory()) files.insert(entry.path().lexically_relative(folder).generic_string());
  return files;
}

std::optional<nlohmann::ordered_json> read_json(const fs::path& path) {
  std::error_code ec;
  if (!fs::is_regular_file(path, ec)) return std::nullopt;
  auto json = nlohmann::ordered_json::parse(read_whole_file(path), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

}  // namespace

nlohmann::ordered_json PointMarker::json() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const InputFile& input : inputs) list.push_back({{"path", input.path}, {"sha256", input.sha256}});
  return {{"specification", specification}, {"inputs", list}, {"program", program}};
}

PointMarker InputHashes::marker_of(const Specification& specification) {
  PointMarker marker{sha256(specification_text(specification)), {}, program_identity()};
  const auto resolved = [&](const std::string& path) { return fs::path(path).is_relative() ? (specification.folder / path).string() : path; };
  const auto add = [&](const std::string& named, const std::string& hash) {
    for (const InputFile& known : marker.inputs)
      if (known.path == named) return;
    marker.inputs.push_back({named, hash, ""});
  };
  const auto file_hash = [&](const std::string& path) {
    if (!files_.contains(path)) files_[path] = sha256_of_file(path);
    return files_[path];
  };
  for (const LayerSpecification& layer : specification.layers) {
    if (layer.is_crystal()) {
      const std::string name = layer.crystal.find_first_of("/.") == std::string::npos ? layer.crystal : resolved(layer.crystal);
      if (!crystals_.contains(name)) crystals_[name] = load_crystal(name).sha256;
      add(layer.crystal, crystals_[name]);
    } else if (!layer.structure.empty()) {
      add(layer.structure, file_hash(resolved(layer.structure)));
    } else if (std::error_code ec; fs::is_regular_file(layer.quench.potential, ec)) {
      add(layer.quench.potential, file_hash(layer.quench.potential));
    }
  }
  if (!specification.model.empty()) add(specification.model, file_hash(resolved(specification.model)));
  return marker;
}

SweepFolder::SweepFolder(const fs::path& root) : root_(root) {
  std::error_code ec;
  if (fs::exists(root_, ec) && !fs::is_directory(root_, ec)) fail_input({root_.string(), "exists and is not a folder", "", "", "choose another folder with -o"});
  if (fs::exists(root_, ec) && !fs::is_empty(root_, ec) && !fs::exists(root_ / ".sweep", ec))
    fail_input({root_.string(), "holds something that is no sweep", "", "", "choose another folder with -o"});
  for (const char* folder : {"", ".sweep", ".sweep/done", ".sweep/locks", ".sweep/cache"}) {
    fs::create_directories(root_ / folder, ec);
    if (ec) fail_run({(root_ / folder).string(), "cannot be made", ec.message(), "", "check the disk's space and permissions"});
  }
  const fs::path file = root_ / ".sweep" / "lock";
  if (auto alone = FileLock::try_lock(file, FileLock::Kind::exclusive)) {
    clean_leftovers();
    alone->share();
    lock_.emplace(std::move(*alone));
  } else {
    lock_.emplace(file, FileLock::Kind::shared);
  }
}

void SweepFolder::clean_leftovers() const {
  for (const char* folder : {"", ".sweep", ".sweep/done", ".sweep/cache"}) remove_leftovers(root_ / folder, "");
}

FileLock SweepFolder::take(const std::string& name) const {
  FileLock lock(root_ / ".sweep" / "locks" / name, FileLock::Kind::exclusive);
  remove_leftovers(root_, name);
  return lock;
}

std::optional<nlohmann::ordered_json> SweepFolder::finished(const std::string& name, const PointMarker& marker) const {
  auto stored = read_json(marker_file(name));
  if (!stored || !stored->is_object() || !stored->contains("manifest")) return std::nullopt;
  const auto hash = (*stored)["manifest"];
  stored->erase("manifest");
  if (*stored != marker.json()) return std::nullopt;
  const auto manifest = read_json(point(name) / "manifest.json");
  if (!manifest || hash != sha256_of_file(point(name) / "manifest.json")) return std::nullopt;
  for (const auto& output : (*manifest)["outputs"]) {
    const fs::path file = point(name) / output["path"].get<std::string>();
    std::error_code ec;
    if (!fs::is_regular_file(file, ec) || sha256_of_file(file) != output["sha256"].get<std::string>()) return std::nullopt;
  }
  return manifest;
}

void SweepFolder::finish(const std::string& name, const PointMarker& marker) const {
  nlohmann::ordered_json json = marker.json();
  json["manifest"] = sha256_of_file(point(name) / "manifest.json");
  write_whole_file(marker_file(name), json.dump(1) + "\n");
}

std::string SweepFolder::move_aside(const std::string& name) const {
  std::error_code ec;
  if (!fs::is_directory(point(name), ec)) return "";
  std::set<std::string> files = files_in(point(name));
  if (const auto manifest = read_json(point(name) / "manifest.json"); manifest && manifest->contains("outputs")) {
    files.erase("manifest.json");
    for (const auto& output : (*manifest)["outputs"]) files.erase(output.value("path", std::string()));
  }
  if (files.empty()) return "";
  for (int n = 1;; ++n) {
    const std::string aside = fmt::format("{}.before-{}", name, n);
    if (fs::exists(root_ / aside, ec)) continue;
    fs::rename(point(name), root_ / aside, ec);
    if (ec) fail_run({point(name).string(), "cannot be moved aside", ec.message(), "", ""});
    return aside;
  }
}

}  // namespace lamella
