// base: the ground floor. Errors, progress, seeded randomness, whole-file writing, hashing. Knows nothing of physics.
#pragma once
#include <stdexcept>
#include <string>

namespace lamella {

/// Why a command ended: the exit status of the program.
enum class Failure { while_running = 1, bad_input = 2, interrupted = 130 };

/// What an error says: `WHERE: WHAT (got VALUE; allowed RANGE); HINT`. Empty parts are left out.
struct ErrorText {
  std::string where;    ///< the key, file, option or step, e.g. "layer.coating.thickness"
  std::string what;     ///< what is wrong, e.g. "not a thickness"
  std::string got;      ///< the value that was found
  std::string allowed;  ///< the range or the choices
  std::string hint;     ///< what to do
};

/// The one exception of the library: library code throws it and never prints.
class Error : public std::runtime_error {
 public:
  Error(Failure failure, ErrorText text);
  Failure failure() const { return failure_; }
  const ErrorText& text() const { return text_; }

 private:
  Failure failure_;
  ErrorText text_;
};

/// The user's input is wrong (exit 2).
[[noreturn]] void fail_input(ErrorText text);
/// Something went wrong while running (exit 1).
[[noreturn]] void fail_run(ErrorText text);

/// "where: what (got g; allowed a); hint", the contract's first line without "lamella: error: ".
std::string format_error(const ErrorText& text);

}  // namespace lamella
