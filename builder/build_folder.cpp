#include "builder/build_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "amorph/proof.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/manifest.hpp"
#include "export/lammps_input.hpp"
#include "export/picture.hpp"
#include "export/structure_files.hpp"
#include "export/vasp.hpp"

namespace lamella {

namespace {

using Outputs = std::vector<std::pair<std::string, std::string>>;

/// Into a staged folder, whose commit syncs every file: the disk works while the next text is made.
void write_unsynced(const std::filesystem::path& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) fail_run({path.string(), "writing failed, nothing was changed", errno ? std::strerror(errno) : "", "", "check the disk's space and permissions"});
}

/// Collects the files of a folder with their hashes.
class FolderWriter {
 public:
  explicit FolderWriter(const std::filesystem::path& root) : root_(root) {}
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    write_unsynced(root_ / path, text);
    outputs_.push_back({path, sha256(text)});
  }
  Outputs sorted_outputs() {
    std::sort(outputs_.begin(), outputs_.end());
    return outputs_;
  }

 private:
  std::filesystem::path root_;
  Outputs outputs_;
};

void write_lammps(FolderWriter& writer, const Stack& stack, const TypeMap& types) {
  const Structure& structure = stack.assembled.structure;
  writer.write("lammps/stack.data", lammps_data_text(structure, types, stack.specification.title));
  for (Protocol protocol : {Protocol::relax, Protocol::reaction, Protocol::diffusion}) {
    ProtocolOptions options;
    options.seed = stack.specification.seed;
    options.vacuum = stack.specification.cell.boundary == "vacuum";
    writer.write("lammps/" + protocol_name(protocol) + ".in", protocol_input(protocol, types, options));
  }
}

void write_vasp(FolderWriter& writer, const Stack& stack, const TypeMap& types) {
  const Structure& structure = stack.assembled.structure;
  VaspOptions options;
  options.vacuum = stack.specification.cell.boundary == "vacuum";
  const std::string poscar = poscar_text(structure, types, stack.specification.title);
  for (VaspTask task : {VaspTask::relax, VaspTask::static_, VaspTask::aimd}) {
    const std::string folder = "vasp/" + vasp_task_name(task) + "/";
    writer.write(folder + "POSCAR", poscar);
    writer.write(folder + "INCAR", incar_text(task, structure, types, options));
    writer.write(folder + "KPOINTS", kpoints_text());
    writer.write(folder + "POTCAR.spec", potcar_spec_text(structure, types));
  }
}

/// What each quench went through, as a table and a picture beside its layer.
void write_stages(FolderWriter& writer, const Stack& stack) {
  for (const LayerRecord& record : stack.layers) {
    if (!record.proof.is_object() || !record.repeats_layer.empty() || !record.proof.contains("stages")) continue;
    writer.write("layers/" + record.name + ".stages.csv", stage_table(record.proof));
    writer.write("layers/" + record.name + ".stages.svg", stage_plot(record.proof));
  }
}

}  // namespace

TypeMap stack_types(const Stack& stack) {
  const Structure& structure = stack.assembled.structure;
  const std::vector<std::string>& types = stack.specification.types;
  return types.empty() ? TypeMap::from_structure(structure) : TypeMap::from_model(types, structure);
}

nlohmann::ordered_json write_build_folder(const Stack& stack, const std::filesystem::path& folder, const FolderOptions& options) {
  const Structure& structure = stack.assembled.structure;
  const TypeMap types = stack_types(stack);  // before anything is written: a model without an element ends here
  options.progress({"writing", -1.0, ""});
  StagedFolder staged(folder, options.replace);
  FolderWriter writer(staged.path());
  writer.write("spec.toml", specification_text(stack.specification));
  for (const auto& [path, text] : stack.layer_files) writer.write(path, text);
  write_stages(writer, stack);
  for (const InputFile& input : stack.inputs)
    if (!input.content.empty()) writer.write(input.path, input.content);
  writer.write("stack.extxyz", extxyz_text(structure, stack.specification.title));
  writer.write("stack.cif", cif_text(structure, stack.specification.title));
  writer.write("stack.png", picture_png(structure, {}));
  write_lammps(writer, stack, types);
  write_vasp(writer, stack, types);
  const nlohmann::ordered_json manifest = manifest_json(stack, writer.sorted_outputs());
  write_unsynced(staged.path() / "manifest.json", manifest.dump(1) + "\n");
  staged.commit();
  return manifest;
}

}  // namespace lamella
