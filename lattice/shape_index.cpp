#include "lattice/shape_index.hpp"

namespace lamella {

ShapeIndex::ShapeIndex(std::vector<Superlattice> lattices, double low, double high)
    : lattices_(std::move(lattices)), low_(low), high_(high) {
  const long top = lattices_.empty() ? 0 : lattices_.back().index;
  images_.resize(top + 1);
  areas_.assign(top + 1, 0.0);
  for (std::size_t i = 0; i < lattices_.size(); ++i) {
    const Superlattice& lattice = lattices_[i];
    areas_[lattice.index] = lattice.area;
    for (const NearlyReduced& basis : nearly_reduced_bases(lattice, high / low))
      images_[lattice.index].push_back({basis.y, basis.x, static_cast<int>(i), basis.change * lattice.matrix});
  }
  for (auto& images : images_)
    std::stable_sort(images.begin(), images.end(), [](const Image& a, const Image& b) { return a.y < b.y; });
}

void ShapeIndex::onto(const Superlattice& target, std::vector<Found>& found) const {
  constexpr double slack = 1 + 1e-9;  // the caller decides at the limit, from the strain itself
  const std::size_t begin = found.size();
  for (std::size_t index = 1; index < images_.size(); ++index) {
    if (images_[index].empty()) continue;
    const double scale = std::sqrt(target.area / areas_[index]);
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
