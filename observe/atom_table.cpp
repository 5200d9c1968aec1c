#include "observe/atom_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace lamella {
namespace {

Element element_of_row(const FileAtoms& file, std::size_t row, const TrajectoryOptions& options, const FailHere& fail) {
  if (!file.elements.empty()) return file.elements[row];
  if (file.types.empty()) fail("the file says neither element nor type of its atoms", "", "analyze the built folder, whose stack.extxyz knows them");
  const int type = file.types[row];
  if (options.types.empty()) fail("the file carries numbers for types", fmt::format("type {}", type), "say what they are: --types Li,Co,O,...");
  if (type < 1 || type > static_cast<int>(options.types.size()))
    fail("a type without an element", fmt::format("type {}, {} elements given", type, options.types.size()), "--types names the element of type 1, 2, ...");
  return options.types[type - 1];
}

std::string describe(const TrajectoryAtoms& atoms, int index, const std::vector<Cartesian>& last) {
  std::string text = fmt::format("{} id {}", atoms.elements[index].symbol(), atoms.ids[index]);
  if (!atoms.layer_of.empty()) text += " of layer " + atoms.layer_names[atoms.layer_of[index]];
  if (!last.empty()) text += fmt::format(", last at {:.3f} {:.3f} {:.3f} A", last[index].x(), last[index].y(), last[index].z());
  return text;
}

}  // namespace

bool is_position(const Vec3& r) { return r.allFinite() && r.cwiseAbs().maxCoeff() < 1e8; }

TrajectoryAtoms AtomTable::establish(const FileAtoms& first, const TrajectoryOptions& options, const FailHere& fail) {
  const std::size_t count = first.ids.size();
  if (count == 0) fail("a frame without atoms", "", "");
  std::vector<std::size_t> rows(count);
  std::iota(rows.begin(), rows.end(), std::size_t(0));
  std::sort(rows.begin(), rows.end(), [&](std::size_t p, std::size_t q) { return first.ids[p] < first.ids[q]; });
  TrajectoryAtoms atoms;
  const TrajectoryAtoms& reference = options.reference;
  std::unordered_map<long, int> in_reference;
  for (std::size_t i = 0; i < reference.size(); ++i) in_reference[reference.ids[i]] = static_cast<int>(i);
  if (!reference.ids.empty()) atoms.layer_names = reference.layer_names;
  else atoms.layer_names = first.layer_names;
  for (std::size_t row : rows) {
    const long id = first.ids[row];
    if (!atoms.ids.empty() && atoms.ids.back() == id) fail("two atoms with one id", fmt::format("id {}", id), "");
    atoms.ids.push_back(id);
    if (reference.ids.empty()) {
      atoms.elements.push_back(element_of_row(first, row, options, fail));
      if (!first.layer_of.empty()) atoms.layer_of.push_back(first.layer_of[row]);
      continue;
    }
    const auto known = in_reference.find(id);
    if (known == in_reference.end()) fail("an atom that the stack does not have", fmt::format("id {}", id), "is this the trajectory of this folder?");
    atoms.elements.push_back(reference.elements[known->second]);
    if (!reference.layer_of.empty()) atoms.layer_of.push_back(reference.layer_of[known->second]);
    if (!first.elements.empty() && first.elements[row] != atoms.elements.back())
      fail("an atom is another element than in the stack", fmt::format("id {}: {}, stack {}", id, first.elements[row].symbol(), atoms.elements.back().symbol()), "");
  }
  // Atoms that the reference has and the first frame lacks are lost already.
  for (std::size_t i = 0; i < reference.size(); ++i)
    if (!std::binary_search(atoms.ids.begin(), atoms.ids.end(), reference.ids[i]))
      fail("an atom of the stack is missing", describe(reference, static_cast<int>(i), {}), "a dump of a group only: give the trajectory alone, with --types");
  first_ = atoms.ids.front();
  dense_.clear();
  sparse_.clear();
  if (atoms.ids.back() - first_ < static_cast<long>(4 * count + 1000)) {
    dense_.assign(static_cast<std::size_t>(atoms.ids.back() - first_) + 1, -1);
    for (std::size_t i = 0; i < count; ++i) dense_[atoms.ids[i] - first_] = static_cast<int>(i);
  } else {
    for (std::size_t i = 0; i < count; ++i) sparse_[atoms.ids[i]] = static_cast<int>(i);
  }
  return atoms;
}

int AtomTable::index_of(long id) const {
  if (!dense_.empty()) return id < first_ || id - first_ >= static_cast<long>(dense_.size()) ? -1 : dense_[id - first_];
  const auto found = sparse_.find(id);
  return found == sparse_.end() ? -1 : found->second;
}

void AtomTable::order_of(const std::vector<long>& ids, const TrajectoryAtoms& atoms, const std::vector<Cartesian>& last, std::vector<int>& order, const FailHere& fail) {
  order.resize(ids.size());
  seen_.assign(atoms.size(), 0);
  for (std::size_t row = 0; row < ids.size(); ++row) {
    const int index = index_of(ids[row]);
    if (index < 0) fail("an atom that the first frame did not have", fmt::format("id {}", ids[row]), "");
    if (seen_[index]) fail("two atoms with one id", fmt::format("id {}", ids[row]), "");
    seen_[index] = 1;
    order[row] = index;
  }
  if (ids.size() == atoms.size()) return;
  const std::size_t lost = std::find(seen_.begin(), seen_.end(), 0) - seen_.begin();
  fail(fmt::format("{} of {} atoms are lost", atoms.size() - ids.size(), atoms.size()), describe(atoms, static_cast<int>(lost), last), "");
}

}  // namespace lamella
