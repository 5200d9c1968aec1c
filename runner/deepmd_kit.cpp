#include "runner/deepmd_kit.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "libdeepmd_c.so";
constexpr const char* kInstall = "python3 -m venv ~/deepmd && ~/deepmd/bin/pip install \"deepmd-kit[cpu]==3.2.0\" && export LAMELLA_DEEPMD=~/deepmd";

// A Python environment keeps packages in lib/python3.X/site-packages (Debian: dist-packages).
std::optional<fs::path> in_environment(const fs::path& root) {
  std::error_code code;
  for (const fs::path& direct : {root, root / "lib"})
    if (fs::exists(direct / kFile, code)) return direct / kFile;
  for (const auto& python : fs::directory_iterator(root / "lib", code))
    for (const char* packages : {"site-packages", "dist-packages"})
      if (const fs::path library = python.path() / packages / "deepmd" / "lib" / kFile; fs::exists(library, code)) return library;
  return std::nullopt;
}

// The part of deepmd-kit's c_api.h that is used (same since its API version 22).
struct Library {
  void* handle = nullptr;
  void* (*new_pot)(const char*) = nullptr;
  void (*delete_pot)(void*) = nullptr;
  const char* (*check)(void*) = nullptr;
  double (*cutoff)(void*) = nullptr;
  int (*types)(void*) = nullptr;
  int (*dim_fparam)(void*) = nullptr;
  int (*dim_aparam)(void*) = nullptr;
  const char* (*type_map)(void*) = nullptr;
  void (*delete_char)(const char*) = nullptr;
  void* (*new_list)(int, int*, int*, int**) = nullptr;
  void (*delete_list)(void*) = nullptr;
  void (*set_mapping)(void*, int*) = nullptr;  // API version 25
  void (*compute)(void*, int, int, const double*, const int*, const double*, int, const void*, int, const double*, const double*, double*, double*,
                  double*, double*, double*) = nullptr;
};

template <class Function>
void bind(const Library& library, const char* name, Function& function, bool needed = true) {
  function = reinterpret_cast<Function>(dlsym(library.handle, name));
  if (!function && needed) fail_input({kFile, std::string("lacks ") + name, "", "", std::string("another version? ") + kInstall});
}

// deepmd-kit's plugins look for TensorFlow and PyTorch by name only; in an environment these lie beside it in folders of their own,
// and a library that is loaded already is found by its name. RTLD_DEEPBIND: they bring protobuf of their own, which must not
// be mixed with the one this program reads models with.
constexpr int kApart = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;

void load_frameworks(const fs::path& library) {
  const fs::path packages = library.parent_path().parent_path().parent_path();
  for (const char* name : {"tensorflow/libtensorflow_framework.so.2", "tensorflow/libtensorflow_cc.so.2", "torch/lib/libc10.so",
                           "torch/lib/libtorch_cpu.so", "torch/lib/libtorch.so", "deepmd/lib/libdeepmd.so", "deepmd/lib/libdeepmd_cc.so",
                           "deepmd/lib/libdeepmd_backend_tf.so", "deepmd/lib/libdeepmd_backend_pt.so"}) {
    std::error_code code;
    if (fs::exists(packages / name, code)) dlopen((packages / name).c_str(), kApart);
  }
}

// Loaded once and never unloaded: TensorFlow and PyTorch do not survive that.
const Library& library_for(int threads) {
  static Library library;
  if (library.handle) return library;
  const auto path = find_deepmd_kit_library();
  if (!path) fail_input({"--backend deepmd", "deepmd-kit's library is not found", kFile, "", kInstall});
  const std::string count = std::to_string(std::max(1, threads));
  for (const char* name : {"OMP_NUM_THREADS", "DP_INTRA_OP_PARALLELISM_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS"}) setenv(name, count.c_str(), 0);
  for (const char* name : {"DP_INTER_OP_PARALLELISM_THREADS", "TF_INTER_OP_PARALLELISM_THREADS"}) setenv(name, "1", 0);
  load_frameworks(*path);
  library.handle = dlopen(path->c_str(), kApart);
  if (!library.handle) fail_input({path->string(), "cannot be loaded", dlerror(), "", kInstall});
  bind(library, "DP_NewDeepPot", library.new_pot);
  bind(library, "DP_DeleteDeepPot", library.delete_pot);
  bind(library, "DP_DeepPotCheckOK", library.check);
  bind(library, "DP_DeepPotGetCutoff", library.cutoff);
  bind(library, "DP_DeepPotGetNumbTypes", library.types);
  bind(library, "DP_DeepPotGetDimFParam", library.dim_fparam);
  bind(library, "DP_DeepPotGetDimAParam", library.dim_aparam);
  bind(library, "DP_DeepPotGetTypeMap", library.type_map);
  bind(library, "DP_DeleteChar", library.delete_char, false);
  bind(library, "DP_NewNlist", library.new_list);
  bind(library, "DP_DeleteNlist", library.delete_list, false);
  bind(library, "DP_NlistSetMapping", library.set_mapping, false);
  bind(library, "DP_DeepPotComputeNList2", library.compute);
  return library;
}

class DeepmdKitEvaluator : public Evaluator {
 public:
  DeepmdKitEvaluator(const fs::path& file, int threads) : library_(library_for(threads)), pot_(library_.new_pot(file.c_str())) {
    check(Failure::bad_input, file.string());
    model_.type_map = split_words(text(library_.type_map(pot_)));
    check(Failure::bad_input, file.string());
    model_.rcut = library_.cutoff(pot_);
    model_.numb_fparam = library_.dim_fparam(pot_);
    model_.numb_aparam = library_.dim_aparam(pot_);
    model_.file_kind = "deepmd-kit";
  }
  ~DeepmdKitEvaluator() override { library_.delete_pot(pot_); }
  DeepmdKitEvaluator(const DeepmdKitEvaluator&) = delete;
  DeepmdKitEvaluator& operator=(const DeepmdKitEvaluator&) = delete;

  const DeepPotentialModel& model() const override { return model_; }
  std::string name() const override { return "deepmd-kit's own library"; }

  void compute(const AtomsView& atoms, EvaluationResult& result) override {
    const bool rebuilt = atoms.generation != generation_ || atoms.generation == 0;
    if (rebuilt) take_lists(atoms);
    generation_ = atoms.generation;
    const std::size_t nall = static_cast<std::size_t>(atoms.nall);
    force_.assign(3 * nall, 0.0);
    // Atom by atom energies and virials cost another pass: only on demand.
    const bool per_atom = result.atom_energy || result.atom_virial;
    energies_.assign(per_atom ? nall : 0, 0.0);
    virials_.assign(per_atom ? 9 * nall : 0, 0.0);
    static const double box[9] = {1e4, 0, 0, 0, 1e4, 0, 0, 0, 1e4};  // the ghosts are explicit
    void* list = library_.new_list(atoms.nlocal, indices_.data(), counts_.data(), firsts_.data());
    if (library_.set_mapping && atoms.owner) library_.set_mapping(list, const_cast<int*>(atoms.owner));
    library_.compute(pot_, 1, atoms.nall, atoms.x, atoms.type, box, atoms.nall - atoms.nlocal, list, rebuilt ? 0 : 1, atoms.fparam, atoms.aparam,
                     &result.energy, force_.data(), result.virial, per_atom ? energies_.data() : nullptr, per_atom ? virials_.data() : nullptr);
    if (library_.delete_list) library_.delete_list(list);
    check(Failure::while_running, "deepmd-kit");
    if (result.force) std::copy(force_.begin(), force_.end(), result.force);
    if (result.atom_energy) std::copy_n(energies_.begin(), atoms.nlocal, result.atom_energy);
    if (result.atom_virial) std::copy(virials_.begin(), virials_.end(), result.atom_virial);
  }

 private:
  std::string text(const char* words) const {
    const std::string copy = words ? words : "";
    if (words && library_.delete_char) library_.delete_char(words);
    return copy;
  }
  void check(Failure failure, const std::string& where) const {
    const std::string problem = text(library_.check(pot_));
    if (!problem.empty()) throw Error(failure, {where, "deepmd-kit: " + problem, "", "", ""});
  }
  void take_lists(const AtomsView& atoms) {
    indices_.resize(static_cast<std::size_t>(atoms.nlocal));
    counts_.assign(atoms.neighbour_count, atoms.neighbour_count + atoms.nlocal);
    firsts_.resize(indices_.size());
    for (int i = 0; i < atoms.nlocal; ++i) {
      indices_[i] = i;
      firsts_[i] = const_cast<int*>(atoms.neighbours[i]);  // deepmd-kit reads only
    }
  }

  const Library& library_;
  void* pot_;
  DeepPotentialModel model_;
  long generation_ = -1;
  std::vector<int> indices_, counts_;
  std::vector<int*> firsts_;
  std::vector<double> force_, energies_, virials_;
};

}  // namespace

std::optional<fs::path> find_deepmd_kit_library() {
  std::vector<fs::path> roots;
  std::error_code code;
  if (const char* given = std::getenv("LAMELLA_DEEPMD"); given && *given) {
    if (fs::is_regular_file(given, code)) return fs::path(given);
    roots.emplace_back(given);
  }
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"})
    if (const char* root = std::getenv(name); root && *root) roots.emplace_back(root);
  if (const char* home = std::getenv("HOME"); home && *home) roots.push_back(fs::path(home) / ".local");
  roots.insert(roots.end(), {"/usr/local", "/usr"});
  for (const fs::path& root : roots)
    if (const auto library = in_environment(root)) return library;
  return std::nullopt;
}

std::unique_ptr<Evaluator> make_deepmd_kit_evaluator(const fs::path& model, int threads) { return std::make_unique<DeepmdKitEvaluator>(model, threads); }

}  // namespace lamella
