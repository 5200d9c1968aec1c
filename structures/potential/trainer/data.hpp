// Labelled frames and their neighbours.
#pragma once

#include <string>
#include <vector>

namespace trainer {

/// Neighbour of a centre: d = r_j - r_i in A.
struct Edge {
  int centre, neighbour;
  float d[3];
};

/// A labelled periodic frame: A, eV, eV/A; virial = -dE/dstrain in eV. `weight` is its share of the draws.
struct Frame {
  std::string family;
  int atoms = 0;
  float weight = 1.0f;
  double energy = 0.0, baseline = 0.0, virial[9] = {};
  std::vector<int> types;
  std::vector<float> forces;             // 3 per atom
  std::vector<std::vector<Edge>> edges;  // by the neighbour's type, then by centre
};

/// Reads what frames.py wrote (text header, then binary) and finds the neighbours within `cutoff` (A). Throws std::runtime_error.
std::vector<Frame> read_frames(const std::string& file, int ntypes, double cutoff);

}  // namespace trainer
