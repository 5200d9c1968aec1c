#include <fmt/format.h>

#include <charconv>

#include "runner/deep_potential/loaders.hpp"
#include "runner/deep_potential/protobuf_graph.hpp"

namespace lamella {

namespace {

/// The centre's type in "filter_type_3/TabulateFusionSeA_1"; 0 and `one_side` for "filter_type_all/..." (and "filter_type_all_1/...":
/// deepmd-kit 2.1 enters the scope once per centre where pairs are excluded).
int centre_of(std::string_view name, bool& one_side, const std::string& where) {
  constexpr std::string_view scope = "filter_type_";
  if (name.substr(0, scope.size()) == scope) {
    name.remove_prefix(scope.size());
    one_side = name.substr(0, 4) == "all/" || name.substr(0, 4) == "all_";
    if (one_side) return 0;
    int centre = -1;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), centre);
    if (read.ec == std::errc() && read.ptr != name.data() + name.size() && *read.ptr == '/') return centre;
  }
  broken_model(where, "a compressed embedding stands outside the filter scopes");
}

/// Neighbour type whose slots an embedding reads: it slices the environment matrix at four times the first slot of the type.
int neighbour_of(const ProtobufGraph& graph, std::string_view input, const DeepPotentialModel& model, const std::string& where) {
  for (int hops = 0; hops < 16; ++hops) {
    const ProtobufGraph::Node* node = graph.find(std::string(input.substr(0, input.find(':'))));
    if (!node) break;
    const auto read = graph.inputs(*node);
    if (read.empty()) break;
    if (node->op == "Slice" && read.size() >= 3) {
      const ProtobufGraph::Node* begin = graph.source(read[1]);
      if (!begin) break;
      const GraphTensor at = graph.decode(*begin, "Slice/begin");
      if (at.values.size() != 2) break;
      double first = 0;
      for (int t = 0; t < model.ntypes(); first += model.sel[t++])
        if (model.sel[t] > 0 && at.values[1] == 4.0 * first) return t;
      break;
    }
    input = read[0];
  }
  broken_model(where, "a compressed embedding does not say whose neighbours it reads");
}

DeepPotentialModel::Table read_table(const ProtobufGraph& graph, std::string_view data, std::string_view info, const std::string& where) {
  const ProtobufGraph::Node *data_node = graph.source(data), *info_node = graph.source(info);
  if (!data_node || !info_node) broken_model(where, "a compressed embedding has no table");
  GraphTensor numbers = graph.decode(*data_node, "table");
  const std::vector<double> range = graph.decode(*info_node, "table_info").values;
  if (range.size() < 5 || numbers.shape.size() != 2 || numbers.shape[1] % 6 != 0 || numbers.shape[1] == 0 || numbers.shape[1] > 6000000)
    broken_model(where, "a compressed embedding's table has an impossible shape");
  DeepPotentialModel::Table table;
  table.lower = range[0];
  table.upper = range[1];
  table.max = range[2];
  table.stride1 = range[3];
  table.stride2 = range[4];
  table.width = static_cast<int>(numbers.shape[1] / 6);
  table.data = std::move(numbers.values);
  return table;
}

}  // namespace

void load_pb_tables(const ProtobufGraph& graph, DeepPotentialModel& model, FileBudget& budget) {
  const std::string& where = budget.where();
  bool first = true;
  for (const auto& [name, node] : graph.nodes()) {
    if (node.op != "TabulateFusionSeA" && node.op != "TabulateFusion") continue;  // the second until 2.0
    bool one_side = false;
    const int centre = centre_of(name, one_side, where);
    if (first) {
      model.type_one_side = one_side;
      const std::size_t nt = static_cast<std::size_t>(model.ntypes());
      model.tables.resize(one_side ? nt : checked_product(nt, nt, budget, "the tables"));
      first = false;
    }
    if (one_side != model.type_one_side || centre < 0 || centre >= model.ntypes()) broken_model(where, "the compressed embeddings contradict each other");
    const auto read = graph.inputs(node);
    if (read.size() < 4) broken_model(where, "a compressed embedding lacks inputs");
    const int neighbour = neighbour_of(graph, read[3], model, where);
    DeepPotentialModel::Table& table = model.tables[static_cast<std::size_t>(model.pair_index(centre, neighbour))];
    if (table.width != 0 && one_side) continue;  // the same net again, for another centre
    if (table.width != 0) broken_model(where, fmt::format("two tables for centre {} and neighbour {}", centre, neighbour));
    table = read_table(graph, read[0], read[1], where);
  }
  if (first) broken_model(where, "a compressed model without tables");
}

}  // namespace lamella
