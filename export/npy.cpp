#include "export/npy.hpp"

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/error.hpp"

namespace lamella {
namespace {

static_assert(std::endian::native == std::endian::little, "the .npy writer copies memory");

std::size_t product(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (std::size_t n : shape) count *= n;
  return count;
}

/// What stands after 'key': in the header's Python dictionary, up to the end of the value.
std::string header_value(const std::string& header, const std::string& key, const std::string& name) {
  const std::size_t at = header.find("'" + key + "'");
  const std::size_t colon = at == std::string::npos ? at : header.find(':', at);
  if (colon == std::string::npos) fail_input({name, "its .npy header lacks a key", key, "", ""});
  std::size_t start = colon + 1;
  while (start < header.size() && header[start] == ' ') ++start;
  const char last = start < header.size() && header[start] == '(' ? ')' : ',';
  const std::size_t end = header.find(last, start);
  return header.substr(start, end == std::string::npos ? end : end - start + (last == ')' ? 1 : 0));
}

std::vector<std::size_t> parse_shape(const std::string& text, const std::string& name) {
  std::vector<std::size_t> shape;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] < '0' || text[i] > '9') {
      ++i;
      continue;
    }
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), n);
    if (error != std::errc{} || n > (std::size_t{1} << 40)) fail_input({name, "its .npy shape is out of range", text, "", ""});
    shape.push_back(n);
    i = static_cast<std::size_t>(end - text.data());
  }
  return shape;
}

template <class T>
void copy_values(const std::string& bytes, std::size_t offset, std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + offset + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
}

}  // namespace

std::string npy_bytes(const NpyArray& array) {
  if (product(array.shape) != array.values.size())
    fail_run({"npy", "shape and values differ", std::to_string(array.values.size()) + " values", std::to_string(product(array.shape)), ""});
  std::string shape = "(";
  for (std::size_t i = 0; i < array.shape.size(); ++i) shape += (i ? ", " : "") + std::to_string(array.shape[i]);
  shape += array.shape.size() == 1 ? ",)" : ")";
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';  // the data starts on a multiple of 64 bytes
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  if (!array.values.empty()) bytes.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(double));
  return bytes;
}

NpyArray parse_npy(const std::string& bytes, const std::string& name) {
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) fail_input({name, "is not an .npy file", "", "", ""});
  const bool long_header = bytes[6] >= 2;
  const std::size_t start = long_header ? 12 : 10;
  std::size_t length = 0;
  for (std::size_t i = start; i-- > 8;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length > bytes.size() - start) fail_input({name, "ends within its .npy header", "", "", ""});
  const std::string header = bytes.substr(start, length);
  if (header_value(header, "fortran_order", name).starts_with("True")) fail_input({name, "is in Fortran order", "", "C order", ""});
  NpyArray array;
  array.shape = parse_shape(header_value(header, "shape", name), name);
  const std::string kind = header_value(header, "descr", name);
  const bool wide = kind == "'<f8'" || kind == "'<i8'";
  if (!wide && kind != "'<f4'" && kind != "'<i4'") fail_input({name, "its numbers are of another type", kind, "'<f8', '<f4', '<i8' or '<i4'", ""});
  const std::size_t offset = start + length, available = (bytes.size() - offset) / (wide ? 8 : 4), wanted = product(array.shape);
  if (wanted != available) fail_input({name, "its length does not fit its shape", std::to_string(available) + " numbers", std::to_string(wanted), ""});
  array.values.resize(wanted);
  if (kind == "'<f8'") copy_values<double>(bytes, offset, array.values);
  if (kind == "'<f4'") copy_values<float>(bytes, offset, array.values);
  if (kind == "'<i8'") copy_values<std::int64_t>(bytes, offset, array.values);
  if (kind == "'<i4'") copy_values<std::int32_t>(bytes, offset, array.values);
  return array;
}

}  // namespace lamella
