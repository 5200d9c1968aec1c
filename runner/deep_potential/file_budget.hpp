#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace lamella {

/// A model is data and may lie about its sizes. Everything that is decoded is first taken from this budget, which follows
/// from the size of the file: a few kilobytes can never ask for gigabytes.
class FileBudget {
 public:
  /// `where` names the file in errors.
  FileBudget(std::string where, std::size_t file_bytes) : where_(std::move(where)), left_(file_bytes + (std::size_t{1} << 16)) {}
  const std::string& where() const { return where_; }
  /// `count` numbers are about to be decoded. Throws Error (bad_input) naming `what` when the file does not warrant them.
  void take(std::size_t count, const std::string& what);

 private:
  std::string where_;
  std::size_t left_;
};

/// Product with overflow as an error that names `what`.
std::size_t checked_product(std::size_t a, std::size_t b, const FileBudget& budget, const std::string& what);

/// Refuses a model that is none of ours, naming what it is and the way out.
[[noreturn]] void refuse_model(const std::string& where, const std::string& what, const std::string& got);
/// A model file that is broken or contradicts itself.
[[noreturn]] void broken_model(const std::string& where, const std::string& what, const std::string& got = "", const std::string& allowed = "");

}  // namespace lamella
