#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <chrono>

#include "base/error.hpp"
#include "reference_sets.hpp"
#include "runner/deep_potential/loaders.hpp"
#include "runner/deep_potential/protobuf_graph.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

/// What the loader says about bytes that must be refused; "" when it takes them.
std::string refusal(const std::string& bytes) {
  try {
    model_from_bytes(bytes, "m");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::bad_input);
    return error.what();
  }
  return "";
}

long memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value > 127; value >>= 7) out += static_cast<char>(value | 128);
  return out + static_cast<char>(value);
}
std::string bytes_field(int number, const std::string& content) { return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(content.size()) + content; }
std::string integer_field(int number, std::uint64_t value) { return varint(static_cast<std::uint64_t>(number) << 3) + varint(value); }

/// A constant node of TensorFlow's GraphDef.
std::string constant(const std::string& name, int dtype, const std::vector<std::uint64_t>& shape, const std::string& payload) {
  std::string dims;
  for (std::uint64_t n : shape) dims += bytes_field(2, integer_field(1, n));
  const std::string tensor = integer_field(1, static_cast<std::uint64_t>(dtype)) + bytes_field(2, dims) + payload;
  const std::string attribute = bytes_field(1, "value") + bytes_field(2, bytes_field(8, tensor));
  return bytes_field(1, bytes_field(1, name) + bytes_field(2, "Const") + bytes_field(5, attribute));
}

/// `bytes` with the first occurrence of `from` made `to`, or a failed test.
std::string with(std::string bytes, const std::string& from, const std::string& to) {
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("every truncation of a model is refused, none crashes") {
  for (const std::string file : {"one_sided.pb", "float32_compressed.pb", "native_excluded.dp", "native_excluded.yaml"}) {
    const std::string bytes = reference_model_bytes(file);
    for (std::size_t k = 0; k < 40; ++k) {
      INFO(file << " cut at " << bytes.size() * k / 40);
      CHECK(refusal(bytes.substr(0, bytes.size() * k / 40)) != "");
    }
  }
}

TEST_CASE("sizes that lie take no memory") {
  const long before = memory_mb();
  const auto decoded = [](const std::string& bytes) {
    FileBudget budget("m", bytes.size());
    return ProtobufGraph(bytes, budget).constant("x").values.size();
  };
  CHECK(decoded(constant("x", 2, {2, 3}, bytes_field(6, std::string(8, '\1')))) == 6);  // one value that repeats
  CHECK_THROWS_WITH(decoded(constant("x", 2, {1000000000, 100}, bytes_field(6, std::string(8, '\1')))), Catch::Contains("more numbers than the file can hold"));
  CHECK_THROWS_WITH(decoded(constant("x", 2, {1ull << 40, 1ull << 40}, "")), Catch::Contains("overflows"));
  CHECK_THROWS_WITH(decoded(constant("x", 2, {~0ull}, "")), Catch::Contains("impossible shape"));
  CHECK_THROWS_WITH(decoded(constant("x", 1, {4}, bytes_field(4, "abc"))), Catch::Contains("another number of values"));
  CHECK_THROWS_WITH(decoded(constant("x", 1, {1}, bytes_field(5, std::string(8, '\1')))), Catch::Contains("more values"));
  CHECK_THROWS_WITH(decoded(constant("x", 19, {1}, "")), Catch::Contains("number format"));
  const std::string bomb_json = "{\"model\":" + std::string(100000, '[');
  CHECK(refusal(constant("train_attr/training_script", 7, {}, bytes_field(8, bomb_json))) != "");
  std::string nodes;
  for (int k = 0; k < 200000; ++k) nodes += bytes_field(1, bytes_field(1, std::to_string(k)) + bytes_field(2, "X"));
  CHECK_THAT(refusal(nodes), Catch::Contains("operation"));
  CHECK(memory_mb() - before < 300);
}

TEST_CASE("YAML bombs of aliases, depth and keys end at once") {
  const auto start = std::chrono::steady_clock::now();
  std::string laughs = "model:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int k = 1; k < 12; ++k) {
    laughs += "  a" + std::to_string(k) + ": &a" + std::to_string(k) + " [";
    for (int n = 0; n < 10; ++n) laughs += (n ? ", *a" : "*a") + std::to_string(k - 1);
    laughs += "]\n";
  }
  CHECK_THAT(refusal(laughs), Catch::Contains("aliases"));
  CHECK(refusal("model: " + std::string(3000, '[')) != "");
  CHECK(refusal("model: &a [*a]") != "");
  std::string keys = "model:\n";
  for (int k = 0; k < 20000; ++k) keys += "  k" + std::to_string(k) + ": 1\n";
  CHECK(refusal(keys) != "");
  CHECK(refusal("") != "");
  CHECK(refusal("hello") != "");
  CHECK(refusal(std::string("\0\1\2", 3)) != "");
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 30.0);
  CHECK(memory_mb() < 1500);
}

TEST_CASE("other models are refused by name, with the way out") {
  const std::string yaml = reference_model_bytes("native_excluded.yaml");
  CHECK_THAT(refusal(with(yaml, "type: se_e2_a", "type: se_atten")), Catch::Contains("se_atten") && Catch::Contains("--backend deepmd"));
  CHECK_THAT(refusal(with(yaml, "type: ener", "type: dipole")), Catch::Contains("dipole"));
  CHECK_THAT(refusal(with(yaml, "env_protection: 0.0", "env_protection: 0.5")), Catch::Contains("env_protection"));
  CHECK_THAT(refusal(with(yaml, "          activation_function: tanh", "          activation_function: mish")), Catch::Contains("mish"));
  const std::string pb = reference_model_bytes("one_sided.pb");
  CHECK_THAT(refusal(with(pb, "\"se_e2_a\"", "\"se_e3_a\"")), Catch::Contains("se_e3_a"));
  CHECK_THAT(refusal(with(pb, "\x12\x0cProdForceSeA", "\x12\x0cProdForceSeR")), Catch::Contains("ProdForceSeR"));
  CHECK_THAT(refusal("PK\x03\x04 zip"), Catch::Contains("PyTorch"));
  CHECK_THROWS_WITH(load_model(LAMELLA_SOURCE_DIR), Catch::Contains("folder"));
}

TEST_CASE("numbers that are not finite, and shapes that contradict each other, are refused") {
  const std::string yaml = reference_model_bytes("native_excluded.yaml");
  CHECK(refusal(with(yaml, "\n    rcut: 4.3", "\n    rcut: .nan")) != "");
  CHECK(refusal(with(yaml, "\n    rcut_smth: 0.7", "\n    rcut_smth: 9.0")) != "");
  CHECK(refusal(with(yaml, "axis_neuron: 3", "axis_neuron: 7")) != "");
  CHECK(refusal(with(yaml, "axis_neuron: 3", "axis_neuron: 2")) != "");
  CHECK(refusal(with(yaml, "    - 60\n", "    - -60\n")) != "");
  CHECK(refusal(with(yaml, "    - 60\n", "    - 99999999999\n")) != "");
  CHECK(refusal(with(yaml, "type_one_side: true", "type_one_side: false")) != "");
}
