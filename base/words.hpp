#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamella {

/// The known word nearest to `word` by Damerau-Levenshtein distance, or "" when none is close (for "did you mean").
std::string nearest_word(std::string_view word, std::span<const std::string> known);

/// Words split at blanks.
std::vector<std::string> split_words(std::string_view line);

}  // namespace lamella
