#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runner/deep_potential/file_budget.hpp"

namespace lamella {

/// A constant of a TensorFlow graph, decoded.
struct GraphTensor {
  std::vector<std::size_t> shape;
  std::vector<double> values;  ///< of float, double, int32, int64, bool tensors
  std::string text;            ///< of a scalar string tensor
  bool single = false;         ///< float32
  bool floating = false;       ///< float32 or float64
};

/// TensorFlow's GraphDef read in place: nodes are views into the file's bytes, constants are decoded on demand and within
/// the budget. The wire format is read by protobuf's own CodedInputStream; no message objects are built, because a hostile
/// file of empty messages would grow a hundredfold in them, and because TensorFlow's library, loaded for `--backend deepmd`,
/// brings the real GraphDef into the same process.
class ProtobufGraph {
 public:
  /// `bytes` must outlive the graph. Throws Error (bad_input) when they are no GraphDef.
  ProtobufGraph(std::string_view bytes, FileBudget& budget);

  struct Node {
    std::string_view op, body;
  };
  /// Names of what a node reads; at most eight, no model needs more.
  std::vector<std::string_view> inputs(const Node& node) const;
  bool has(const std::string& name) const { return nodes_.count(name) > 0; }
  const Node* find(const std::string& name) const;
  /// In the order of their names.
  const std::map<std::string_view, Node>& nodes() const { return nodes_; }

  /// The constant `name`; throws Error (bad_input) when it is missing or of a kind that no model holds.
  GraphTensor constant(const std::string& name) const;
  /// The constant that a chain of Identity, Cast and reading nodes ends at ("x:0" is "x"); nullptr when it ends elsewhere.
  const Node* source(std::string_view input) const;
  GraphTensor decode(const Node& node, const std::string& name) const;
  /// A float attribute, or a list of integers, of a node.
  float float_attribute(const Node& node, const std::string& attribute) const;
  std::vector<long> int_list_attribute(const Node& node, const std::string& attribute) const;

 private:
  std::string_view attribute(const Node& node, std::string_view name) const;
  std::map<std::string_view, Node> nodes_;
  FileBudget& budget_;
};

/// Refuses a graph with an operation outside the list of those that se_e2_a energy models are made of.
void check_operations(const ProtobufGraph& graph, const std::string& where);

}  // namespace lamella
