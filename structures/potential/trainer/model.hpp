// The se_e2_a Deep Potential (one-sided embedding, float32) with the gradient of a loss in energy, forces and virial.
#pragma once

#include "data.hpp"
#include "network.hpp"

namespace trainer {

struct Shape {
  int ntypes = 7, axis = 8, sum_sel = 380;
  double rcut = 6.0, rcut_smth = 0.5;
  std::vector<int> embedding{10, 20, 40}, fitting{100, 100, 100};
  std::vector<float> std_radial, std_angular;  // by the centre's type
};

struct Weights {
  double energy = 0.1, force = 100.0, virial = 0.1;  // of n*(dE/n)^2, mean |dF|^2, mean |dW|^2/n
  double relative = 4.0;  // eV/A: a force's error counts by relative/(|F| + relative)
};

/// Sums over the frames of a batch, for reports.
struct Errors {
  double energy = 0.0, force = 0.0, virial = 0.0, weighted = 0.0;  // sums of squares
  double frames = 0.0, components = 0.0;
};

class Model {
 public:
  explicit Model(const Shape& shape);
  std::size_t size() const { return size_; }
  /// Bias of energy by type (eV), not trained.
  std::vector<double> bias;
  /// Adds the loss's gradient over the batch to `gradient`, unless that is null; gives the errors.
  Errors batch(const float* p, const std::vector<const Frame*>& frames, const Weights& weights, float* gradient);
  const std::vector<Chain>& embeddings() const { return embeddings_; }
  const std::vector<Chain>& fittings() const { return fittings_; }
  /// Factor of the descriptor before the fitting net: folded into its first layer when written.
  float descriptor_scale = 1.0f;

 private:
  void gather(const std::vector<const Frame*>& frames);
  void environment();
  void describe();
  void descriptor_of(const Matrix& a, const Matrix& b, Matrix& d, bool add) const;
  void descriptor_back(const Matrix& dd, const Matrix& t, Matrix& result, bool add) const;
  void edge_gradients(const float* p);
  void parameter_gradients(const float* p, float* gradient);

  Shape shape_;
  std::size_t size_ = 0;
  std::vector<Chain> embeddings_, fittings_;
  int m_ = 0, natoms_ = 0;

  // One batch. Edges by neighbour type; atoms sorted by centre type in `order_`.
  struct Block {
    std::vector<Edge> edges;
    Matrix env, denv;                // 4 x E: environment row and its tangent
    Matrix jacobian;                 // 12 x E: d env / d d
    Matrix input, dinput;            // 1 x E
    const Matrix* g = nullptr;       // M x E
    const Matrix* dg = nullptr;      // M x E
    Matrix slope;                    // 3 x E: dE_i/dd
    Matrix push;                     // 3 x E: dL/d slope
  };
  std::vector<Block> blocks_;
  std::vector<int> type_, frame_, column_;        // of an atom; its column in its type's fitting batch
  std::vector<int> atoms_of_type_;
  Matrix t_, dt_;                                 // (M*4) x atoms
  std::vector<Matrix> d_, dd_, fit_back_;         // by type: (M*A) x atoms of the type
  std::vector<double> frame_energy_, frame_adjoint_;
};

}  // namespace trainer
