#pragma once
#include <string>
#include <toml++/toml.h>

namespace lamella {

/// Applies one `--set` word to a parsed specification: "KEY=VALUE" with KEY one of "seed", "title", "cell.KEY", "LAYER.KEY",
/// "LAYER.quench.KEY", "LAYER.vacancies.SPECIES" (a fraction). VALUE is TOML where it parses as such, else a bare text.
/// Throws Error (bad_input) for an unknown layer (with the nearest name) or a word without '='.
void apply_override(toml::table& specification, const std::string& word);

}  // namespace lamella
