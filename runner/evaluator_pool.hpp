#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "runner/deep_potential/evaluator.hpp"

namespace lamella {

/// Which evaluator serves a model file.
struct EvaluatorChoice {
  enum class Kind { plain, fast, deepmd_kit };
  Kind kind = Kind::fast;
  Precision precision = Precision::double_;
  int threads = 0;  ///< 0: all cores
};

/// Reading a model and making its tables takes longer than setting up a run: evaluators that are given back wait for the next
/// request for the same file content and choice. Throws what load_model throws.
class PooledEvaluator {
 public:
  PooledEvaluator() = default;
  PooledEvaluator(const std::filesystem::path& model, const EvaluatorChoice& choice);
  ~PooledEvaluator();
  PooledEvaluator(PooledEvaluator&&) noexcept = default;
  PooledEvaluator& operator=(PooledEvaluator&& other) noexcept;

  Evaluator* operator->() const { return evaluator_.get(); }
  Evaluator& operator*() const { return *evaluator_; }

 private:
  void give_back();
  std::string key_;
  std::unique_ptr<Evaluator> evaluator_;
};

}  // namespace lamella
