#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "builder/specification.hpp"

namespace lamella {

/// One `--vary KEY=v1,v2,1..3`: any key that `--set` takes, and its values as they would be written there.
struct SweepAxis {
  std::string key;
  std::vector<std::string> values;
};

/// One point of the product of all axes.
struct PlannedPoint {
  std::string name;                  ///< of its folder: "coating.thickness=5_seed=1"; does not depend on the other points
  std::vector<std::string> values;   ///< one per axis
  Specification specification;       ///< checked
};

struct SweepPlan {
  std::vector<SweepAxis> axes;
  std::vector<PlannedPoint> points;  ///< the last axis runs fastest
};

/// "seed=1..3" is 1,2,3; "x=0..20..5" is 0,5,10,15,20 (whole numbers); commas in brackets or quotes do not separate.
/// Throws Error (bad_input) for a word without values, a value twice, a range that is empty or longer than 100,000.
SweepAxis parse_axis(const std::string& word);

/// Every point's specification read and checked before anything is built. `settings` are `--set` words for all points.
/// Throws Error (bad_input): no axis, a key twice, more than 100,000 points, or whatever a point's specification says.
SweepPlan plan_sweep(const std::filesystem::path& specification, const std::vector<std::string>& settings, const std::vector<std::string>& vary);

}  // namespace lamella
