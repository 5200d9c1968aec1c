#include "runner/evaluator_pool.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/files.hpp"
#include "runner/deepmd_kit.hpp"

namespace lamella {

namespace {

constexpr std::size_t kKept = 4;  // a model deviation uses four models

std::deque<std::pair<std::string, std::unique_ptr<Evaluator>>>& idle() {
  static std::deque<std::pair<std::string, std::unique_ptr<Evaluator>>> kept;
  return kept;
}

std::unique_ptr<Evaluator> make(const std::filesystem::path& file, const EvaluatorChoice& choice) {
  switch (choice.kind) {
    case EvaluatorChoice::Kind::plain: return make_plain_evaluator(load_model(file));
    case EvaluatorChoice::Kind::deepmd_kit: return make_deepmd_kit_evaluator(file, choice.threads);
    case EvaluatorChoice::Kind::fast: break;
  }
  return make_fast_evaluator(load_model(file), choice.precision, choice.threads);
}

}  // namespace

PooledEvaluator::PooledEvaluator(const std::filesystem::path& model, const EvaluatorChoice& choice)
    : key_(sha256_of_file(model) + " " + std::to_string(int(choice.kind)) + " " + std::to_string(int(choice.precision)) + " " +
           std::to_string(choice.threads)) {
  auto& kept = idle();
  const auto found = std::ranges::find(kept, key_, [](const auto& entry) -> const std::string& { return entry.first; });
  if (found != kept.end()) {
    evaluator_ = std::move(found->second);
    kept.erase(found);
  } else {
    evaluator_ = make(model, choice);
  }
}

void PooledEvaluator::give_back() {
  if (!evaluator_) return;
  auto& kept = idle();
  kept.emplace_front(std::move(key_), std::move(evaluator_));
  if (kept.size() > kKept) kept.pop_back();
}

PooledEvaluator::~PooledEvaluator() { give_back(); }

PooledEvaluator& PooledEvaluator::operator=(PooledEvaluator&& other) noexcept {
  if (this != &other) {
    give_back();
    key_ = std::move(other.key_);
    evaluator_ = std::move(other.evaluator_);
  }
  return *this;
}

}  // namespace lamella
