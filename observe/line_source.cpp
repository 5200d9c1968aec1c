#include "observe/line_source.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/error.hpp"

namespace lamella {
namespace {
constexpr std::size_t buffer_size = std::size_t(1) << 20;
}

LineSource::LineSource(const std::filesystem::path& file) : name_(file.string()), buffer_(buffer_size) {
  std::error_code ec;
  if (std::filesystem::is_directory(file, ec)) fail_input({name_, "is a folder, not a trajectory", "", "", ""});
  file_ = gzopen(file.c_str(), "rb");  // passes plain text through
  if (!file_) fail_input({name_, "cannot be read", std::strerror(errno), "", "check the path"});
  gzbuffer(static_cast<gzFile>(file_), 1 << 18);
}

LineSource::~LineSource() {
  if (file_) gzclose_r(static_cast<gzFile>(file_));
}

void LineSource::fail(const std::string& what, std::string_view got, const std::string& allowed, const std::string& hint) const {
  fail_input({fmt::format("{} frame {} line {}", name_, frame_, number_), what, got.empty() ? "" : fmt::format("'{}'", got.substr(0, 60)), allowed, hint});
}

bool LineSource::refill() {
  if (ended_) return false;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) {
    ++number_;
    fail("a line longer than a megabyte: not a trajectory in text");
  }
  const int got = gzread(static_cast<gzFile>(file_), buffer_.data() + end_, static_cast<unsigned>(buffer_.size() - end_));
  int error = Z_OK;
  const char* message = gzerror(static_cast<gzFile>(file_), &error);
  if (got < 0 || (error != Z_OK && error != Z_STREAM_END)) fail("the compressed file is damaged or cut off", message ? message : "");
  if (got == 0) ended_ = true;
  end_ += static_cast<std::size_t>(got);
  return got > 0;
}

bool LineSource::next(std::string_view& line) {
  std::size_t looked = 0;
  for (;;) {
    const char* start = buffer_.data() + begin_;
    const void* found = looked < end_ - begin_ ? std::memchr(start + looked, '\n', end_ - begin_ - looked) : nullptr;
    if (found) {
      const std::size_t length = static_cast<const char*>(found) - start;
      line = {start, length};
      begin_ += length + 1;
      break;
    }
    looked = end_ - begin_;
    if (refill()) continue;
    if (begin_ == end_) return false;
    line = {buffer_.data() + begin_, end_ - begin_};
    begin_ = end_;
    break;
  }
  ++number_;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

std::string_view LineSource::need(const char* wanted) {
  std::string_view line;
  if (!next(line)) {
    ++number_;
    fail(fmt::format("the file ends inside this frame, where {} should stand", wanted), {}, "", fmt::format("the {} frames before it are whole", frame_));
  }
  return line;
}

double LineSource::number(std::string_view word) const {
  double value = 0.0;
  std::string_view digits = word;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range && end == digits.data() + digits.size()) return 0.0 * value;
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value)) fail("not a finite number", word.empty() ? "nothing" : word);
  return value;
}

long LineSource::integer(std::string_view word, long low, long high) const {
  long value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value < low || value > high)
    fail("not a whole number in range", word.empty() ? "nothing" : word, fmt::format("{} to {}", low, high));
  return value;
}

Cell LineSource::cell(const Mat3& rows) const {
  try {
    return Cell(rows);
  } catch (const Error& error) {
    fail("cell: " + error.text().what, error.text().got, error.text().allowed, error.text().hint);
  }
}

Element LineSource::element(std::string_view symbol) const {
  try {
    return Element::from_symbol(symbol);
  } catch (const Error&) {
    fail("not an element", symbol, "", "give the elements of the types with --types");
  }
}

void split_into(std::string_view line, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t i = 0;
  while (i < line.size()) {
    while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
    const std::size_t start = i;
    while (i < line.size() && line[i] != ' ' && line[i] != '\t') ++i;
    if (i > start) words.push_back(line.substr(start, i - start));
  }
}

}  // namespace lamella
