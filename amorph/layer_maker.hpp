#pragma once
#include "amorph/cache.hpp"
#include "amorph/layer.hpp"
#include "amorph/quench.hpp"

namespace lamella {

/// The in-plane cell with a along x and b as short as the lattice allows, and the turn (radians) back to the asked frame.
struct MeltPlane {
  Mat2 rows;
  double turn;
};

inline constexpr double least_melt_height = 12.0;  ///< A: a periodic melt any thinner is its own neighbour

/// One try at one request: pack, melt, quench, cut, prove.
class LayerMaker {
 public:
  LayerMaker(const LayerRequest& request, const MeltPotential& potential, const Progress& progress);
  AmorphousLayer make(MeltStore* store);

 private:
  /// The densities that size the box, from a melt of its own where only a guess is known. Returns what it found, g/cm3.
  double size_by_melt(MeltStore* store);
  Quenched bulk(MeltStore* store, AmorphousLayer& layer);
  Quenched film(MeltStore* store, AmorphousLayer& layer);
  Quenched confined(MeltStore* store, AmorphousLayer& layer);
  /// A film cut out of a liquid of its own, the liquid's remainder frozen below and above it: `system_` and where its ions start.
  MeltState film_in_liquid(long units, double thickness);
  /// A crystal's atoms near the melt, in the melt's frame, its face (z of the outermost atoms) at `height`.
  void hold(const Slab& slab, double face, double height, bool below);
  /// Those that the release frees come first.
  void sort_held(double low, double high);
  MeltState packed(const MeltSystem& system, double height) const;
  /// From the positions of a film to a layer.
  void take_film(const Quenched& quenched, AmorphousLayer& layer) const;
  /// Into the frame and the very vectors that were asked for.
  void turn_back(Slab& slab) const;

  const LayerRequest& request_;
  const Progress& progress_;
  MeltPlane plane_;
  double area_;
  MeltSystem system_;
};

/// A that `units` formula units need over `area` at `density` (g/cm3).
double height_of(const Formula& formula, long units, double area, double density);
/// The elements of `units` formula units, one after the other.
std::vector<Element> atoms_of(const Formula& formula, long units);

}  // namespace lamella
