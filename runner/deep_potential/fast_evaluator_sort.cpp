#include <algorithm>

#include "runner/deep_potential/fast_evaluator_block.hpp"

namespace lamella {

void SortedAtoms::sort(const AtomsView& atoms, int ntypes, int block_atoms) {
  const std::size_t n = static_cast<std::size_t>(atoms.nlocal), stride = static_cast<std::size_t>(ntypes) + 1;
  start.resize(n + 1);
  segment.assign(n * stride, 0);
  std::size_t total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    start[i] = total;
    if (atoms.type[i] >= 0) total += static_cast<std::size_t>(std::max(0, atoms.neighbour_count[i]));
  }
  start[n] = total;
  neighbours.resize(total);
  longest = 0;
  std::vector<int> next(stride);
  for (std::size_t i = 0; i < n; ++i) {
    if (atoms.type[i] < 0) continue;
    int* at = segment.data() + i * stride;
    const int* list = atoms.neighbours[i];
    for (int k = 0; k < atoms.neighbour_count[i]; ++k)
      if (const int t = atoms.type[list[k]]; t >= 0) ++at[t + 1];
    for (int t = 0; t < ntypes; ++t) at[t + 1] += at[t];
    std::copy(at, at + stride, next.begin());
    for (int k = 0; k < atoms.neighbour_count[i]; ++k)
      if (const int t = atoms.type[list[k]]; t >= 0) neighbours[start[i] + static_cast<std::size_t>(next[t]++)] = list[k];
    longest = std::max(longest, at[ntypes]);
  }

  order.clear();
  blocks.clear();
  block_pairs = 0;
  for (int t = 0; t < ntypes; ++t) {
    const int begin = static_cast<int>(order.size());
    for (int i = 0; i < atoms.nlocal; ++i)
      if (atoms.type[i] == t) order.push_back(i);
    const int end = static_cast<int>(order.size());
    // Even blocks: 65 atoms are 33 + 32, not 64 + 1.
    const int count = end - begin, pieces = (count + block_atoms - 1) / block_atoms;
    for (int p = 0; p < pieces; ++p) {
      const int first = begin + static_cast<int>(static_cast<long>(count) * p / pieces), last = begin + static_cast<int>(static_cast<long>(count) * (p + 1) / pieces);
      blocks.push_back({t, first, last - first});
      std::size_t pairs = 0;
      for (int a = first; a < last; ++a) pairs += static_cast<std::size_t>(segment[order[a] * stride + ntypes]);
      block_pairs = std::max(block_pairs, pairs);
    }
  }
}

}  // namespace lamella
