#!/bin/bash
# The arrow of the house: base <- lattice <- observe <- export <- runner <- amorph <- builder <- builder/cli. An #include that looks
# back up is an error; so is a floor whose first file does not say what the floor is for.
set -u
root=${1:?source folder}
floors=(base lattice observe export runner amorph builder)
bad=0
height_of() { local i; for i in "${!floors[@]}"; do [[ ${floors[$i]} == "$1" ]] && echo "$i" && return; done; echo -1; }
for i in "${!floors[@]}"; do
  floor=${floors[$i]}
  [ -d "$root/$floor" ] || continue
  while IFS=: read -r file line include; do
    target=${include#*\"}; target=${target%%/*}
    above=$(height_of "$target")
    if (( above > i )); then echo "$file:$line: $floor looks up at $target"; bad=1; fi
  done < <(grep -rnE '^[[:space:]]*#include "[a-z_]+/' "$root/$floor" --include=*.hpp --include=*.cpp --include=*.h)
  grep -rqE "^// $floor(/[a-z_]+)?: " "$root/$floor" || { echo "$floor: no file says what the folder is for (// $floor: ...)"; bad=1; }
done
# Below the command line nobody may include it.
if grep -rnE '#include "builder/cli/' $(ls -d "$root"/{base,lattice,observe,export,runner,amorph,builder} 2>/dev/null) --include=*.hpp --include=*.cpp | grep -v "/builder/cli/"; then
  echo "the library looks up at the command line"; bad=1
fi
# Library code throws and never prints.
if grep -rnE 'std::c(out|err)|fmt::print|[^s]printf\(' $(ls -d "$root"/{base,lattice,observe,export,runner,amorph,builder} 2>/dev/null) --include=*.cpp --include=*.hpp | grep -v "/builder/cli/"; then
  echo "library code prints"; bad=1
fi
# Streams of our own only.
if grep -rnE 'std::(shuffle|[a-z_]+_distribution|mt19937|random_device)' $(ls -d "$root"/{base,lattice,observe,export,runner,amorph,builder} 2>/dev/null) --include=*.cpp --include=*.hpp | grep -v "No std::" | grep -v '///'; then
  echo "random numbers that differ between libraries"; bad=1
fi
# CMake would take the name for two tests, and neither would run.
if grep -rnE 'TEST_CASE\("[^"]*;' "$root/tests"; then
  echo "a semicolon in a test's name"; bad=1
fi
exit $bad
