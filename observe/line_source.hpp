#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// Lines of a plain or gzipped text file through one buffer of fixed size; knows where it is for the error message.
class LineSource {
 public:
  /// Throws Error (bad_input) when the file cannot be opened.
  explicit LineSource(const std::filesystem::path& file);
  ~LineSource();
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  /// The next line without its end (valid until the next call); false at the end of the file. Throws Error for a damaged
  /// .gz and for a line longer than a megabyte.
  bool next(std::string_view& line);
  /// Like next(), but the end of the file is an Error that says what was `wanted`.
  std::string_view need(const char* wanted);
  long line_number() const { return number_; }
  void set_frame(long frame) { frame_ = frame; }

  /// Throws Error (bad_input) with file, frame and line.
  [[noreturn]] void fail(const std::string& what, std::string_view got = {}, const std::string& allowed = "", const std::string& hint = "") const;
  double number(std::string_view word) const;                    ///< finite
  long integer(std::string_view word, long low, long high) const;
  /// A cell, with an error that names this line.
  Cell cell(const Mat3& rows) const;
  Element element(std::string_view symbol) const;

 private:
  bool refill();
  void* file_ = nullptr;  // gzFile
  std::string name_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool ended_ = false;
  long number_ = 0, frame_ = 0;
};

/// Words at blanks, views into `line`, into a vector that is cleared first.
void split_into(std::string_view line, std::vector<std::string_view>& words);

}  // namespace lamella
