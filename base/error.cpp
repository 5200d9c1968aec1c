#include "base/error.hpp"

#include <utility>

namespace lamella {

std::string format_error(const ErrorText& text) {
  std::string line = text.where.empty() ? text.what : text.where + ": " + text.what;
  if (!text.got.empty() || !text.allowed.empty()) {
    line += " (";
    if (!text.got.empty()) line += "got " + text.got;
    if (!text.got.empty() && !text.allowed.empty()) line += "; ";
    if (!text.allowed.empty()) line += "allowed " + text.allowed;
    line += ")";
  }
  if (!text.hint.empty()) line += "; " + text.hint;
  return line;
}

Error::Error(Failure failure, ErrorText text)
    : std::runtime_error(format_error(text)), failure_(failure), text_(std::move(text)) {}

void fail_input(ErrorText text) { throw Error(Failure::bad_input, std::move(text)); }
void fail_run(ErrorText text) { throw Error(Failure::while_running, std::move(text)); }

}  // namespace lamella
