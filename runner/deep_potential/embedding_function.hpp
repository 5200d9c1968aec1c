#pragma once
#include <vector>

#include "runner/deep_potential/model.hpp"

namespace lamella {

/// phi(x) and its first two derivatives (0 at a kink).
struct ActivationCurve { double value, first, second; };
ActivationCurve activation_curve(Activation kind, double silut_threshold, double x);
/// Has kinks: no polynomial table follows it closely.
bool has_kinks(Activation kind);

/// What an embedding table is made from: G_m(s) of one network, or of a compressed file's own table. Not for threads to share.
class EmbeddingFunction {
 public:
  /// Exactly one of the two; both outlive this object.
  EmbeddingFunction(const Network* network, const DeepPotentialModel::Table* table);
  int width() const { return width_; }
  bool smooth() const;
  const DeepPotentialModel::Table* table() const { return table_; }
  /// G, dG/ds, d2G/ds2: `width()` numbers each, at any s. Beyond the ends of a compressed
  /// file's table straight lines go on, as in deepmd-kit 3.2.
  void evaluate(double s, double* g, double* first, double* second);

 private:
  void evaluate_network(double s, double* g, double* first, double* second);
  void evaluate_table(double s, double* g, double* first, double* second) const;
  const Network* network_;
  const DeepPotentialModel::Table* table_;
  int width_;
  std::vector<double> in_[3], out_[3];
};

}  // namespace lamella
