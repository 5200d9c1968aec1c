#pragma once
#include <string>
#include <vector>

namespace lamella {

/// A numpy array of doubles, C order. Files of float32, float64, int32 and int64 are read; float64 is written.
struct NpyArray {
  std::vector<std::size_t> shape;
  std::vector<double> values;
  std::size_t rows() const { return shape.empty() ? 0 : shape[0]; }
  std::size_t row_length() const { return rows() ? values.size() / rows() : 0; }
};

/// The bytes of a version 1.0 .npy file, little endian. Throws Error (while_running) where shape and values differ.
std::string npy_bytes(const NpyArray& array);
/// Throws Error (bad_input) naming `name`: not an .npy file, Fortran order, another type, or a wrong length.
NpyArray parse_npy(const std::string& bytes, const std::string& name);

}  // namespace lamella
