#include "lattice/shape_index.hpp"

namespace lamella {

ShapeIndex::ShapeIndex(std::vector<Superlattice> lattices, double low, double high)
    : lattices_(std::move(lattices)), low_(low), high_(high) {
  const long top = lattices_.empty() ? 0 : lattices_.back().index;
  images_.resize(top + 1);
  if (top > 0) primitive_ = lattices_.front().area / lattices_.front().index;
  for (std::size_t i = 0; i < lattices_.size(); ++i) {
    const Superlattice& lattice = lattices_[i];
    for (const NearlyReduced& basis : nearly_reduced_bases(lattice, high / low))
      images_[lattice.index].push_back({basis.y, basis.x, static_cast<int>(i), basis.change * lattice.matrix});
  }
  for (auto& images : images_)
    std::stable_sort(images.begin(), images.end(), [](const Image& a, const Image& b) { return a.y < b.y; });
}

void ShapeIndex::onto(const Superlattice& target, std::vector<Found>& found) const {
  constexpr double slack = 1 + 1e-9;  // the caller decides at the limit, from the strain itself
  const std::size_t begin = found.size();
  if (images_.empty()) return;
  // Singular values multiply to the ratio of the areas: low^2 <= target.area / (index * primitive) <= high^2.
  const double ideal = target.area / primitive_;
  const std::size_t last = std::min(images_.size() - 1, static_cast<std::size_t>(ideal / (low_ * low_) * slack) + 1);
  for (std::size_t index = std::max<std::size_t>(1, static_cast<std::size_t>(ideal / (high_ * high_) / slack)); index <= last; ++index) {
    const double scale = std::sqrt(target.area / (index * primitive_));
    const double stretch = std::min(high_ / scale, scale / low_) * slack;  // exp(d/2) may be this large
    if (stretch < 1.0) continue;
    const double sinh_half = 0.5 * (stretch - 1 / stretch);
    const double limit = 4 * target.y * sinh_half * sinh_half;
    const double top = target.y * stretch * stretch;
    const auto& images = images_[index];
    auto image = std::lower_bound(images.begin(), images.end(), target.y / (stretch * stretch),
                                  [](const Image& i, double y) { return i.y < y; });
    for (; image != images.end() && image->y <= top; ++image) {
      const double dx = image->x - target.x, dy = image->y - target.y;
      if (dx * dx + dy * dy <= limit * image->y) found.push_back({image->lattice, image->matrix});
    }
  }
  std::stable_sort(found.begin() + begin, found.end(), [](const Found& a, const Found& b) { return a.lattice < b.lattice; });
}

}  // namespace lamella
