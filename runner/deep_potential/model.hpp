#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace lamella {

enum class Activation { linear, tanh, relu, relu6, softplus, sigmoid, gelu, gelu_tf, silu, silut };

/// One dense layer: y = phi(x W + b), times `idt` where present, plus x (or (x, x)) where `resnet`.
struct DenseLayer {
  int in = 0, out = 0;
  std::vector<double> weight;  ///< in x out, row-major
  std::vector<double> bias;    ///< out, or empty
  std::vector<double> idt;     ///< out, or empty
  Activation activation = Activation::tanh;
  double silut_threshold = 3.0;
  bool resnet = false;         ///< skip connection: in == out, or out == 2 in
};
using Network = std::vector<DenseLayer>;

/// A se_e2_a Deep Potential, however its file looked. All numbers double, whatever the file's precision was; A and eV.
/// Maths: Zhang et al., NeurIPS 2018 (arXiv:1805.09003); shapes below follow deep-potential.md.
struct DeepPotentialModel {
  std::vector<std::string> type_map;
  double rcut = 0.0, rcut_smth = 0.0;  ///< A
  double switch_width = 0.0;           ///< A, rcut - rcut_smth as deepmd-kit rounds it: u = (r - rcut_smth)/switch_width
  std::vector<int> sel;                ///< neighbours per type
  int axis_neuron = 0;
  bool type_one_side = false;
  double descriptor_norm = 0.0;        ///< sum of sel (original_sel where present)
  std::vector<std::pair<int, int>> exclude_types;
  /// What the empty slots of an excluded pair do. TensorFlow graphs (.pb) mask by slot type: nothing. deepmd-kit's own evaluator
  /// of .dp and .yaml masks by neighbour: they contribute like any other empty slot. It matters only where davg is not zero.
  bool excluded_slots_contribute = false;
  std::vector<double> davg, dstd;      ///< [ntypes][sum sel][4]
  bool set_davg_zero = false;
  /// One-sided: index = neighbour type. Two-sided: index = centre + ntypes * neighbour.
  std::vector<Network> embeddings;
  /// Compressed files hold tables instead of embedding weights: same indexing, empty otherwise.
  struct Table {
    double lower = 0, upper = 0, max = 0, stride1 = 0, stride2 = 0;
    int width = 0;                     ///< M1
    std::vector<double> data;          ///< [nspline][width][6]
  };
  std::vector<Table> tables;
  std::vector<Network> fitting;        ///< one per centre type; last layer linear to 1
  std::vector<double> bias;            ///< eV per type, everything that is added to the net (t_bias_atom_e, out_bias, minus net(0) for atom_ener)
  std::vector<double> atom_ener;       ///< eV per type, NaN where the type has none; empty where the model sets none
  /// Per type: net(0) must still be subtracted in each evaluation, because it depends on fparam or aparam. Empty: nowhere.
  std::vector<bool> subtract_vacuum;
  int numb_fparam = 0, numb_aparam = 0;
  std::vector<double> fparam_avg, fparam_inv_std, aparam_avg, aparam_inv_std;
  std::vector<double> default_fparam;

  std::string precision;               ///< of the file: "float32", "float64", or "mixed"
  std::string file_kind;               ///< "pb", "pb compressed", "dp", "yaml"
  std::string version;                 ///< as the file says
  std::string sha256;
  double min_nbor_dist = -1.0;         ///< A, of the training set; negative when not in the file

  int ntypes() const { return static_cast<int>(type_map.size()); }
  int nnei() const { int n = 0; for (int s : sel) n += s; return n; }
  int width() const;                   ///< M1: outputs of the embedding nets
  /// Index into `embeddings` and `tables`.
  int pair_index(int centre, int neighbour) const { return type_one_side ? neighbour : centre + ntypes() * neighbour; }
  bool excludes(int centre, int neighbour) const;
};

/// Reads a model of any kind by its content. Throws Error (bad_input): not a model, another descriptor (named, with the
/// way out), sizes that lie.
DeepPotentialModel load_model(const std::filesystem::path& path);

}  // namespace lamella
