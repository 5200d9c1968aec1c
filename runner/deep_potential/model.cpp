#include "runner/deep_potential/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/files.hpp"
#include "runner/deep_potential/loaders.hpp"
#include "runner/deep_potential/network.hpp"
#include "runner/deep_potential/table.hpp"

namespace lamella {

int DeepPotentialModel::width() const {
  for (const Table& table : tables)
    if (table.width > 0) return table.width;
  for (const Network& net : embeddings)
    if (!net.empty()) return net.back().out;
  return 0;
}

bool DeepPotentialModel::excludes(int centre, int neighbour) const {
  return std::any_of(exclude_types.begin(), exclude_types.end(), [&](const std::pair<int, int>& pair) {
    return (pair.first == centre && pair.second == neighbour) || (pair.first == neighbour && pair.second == centre);
  });
}

namespace {

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

void check_network(const Network& net, int in, int out, const std::string& where, const std::string& what) {
  for (const DenseLayer& layer : net) {
    const std::size_t n = static_cast<std::size_t>(layer.out);
    if (layer.in != in || layer.out <= 0 || layer.weight.size() != n * static_cast<std::size_t>(layer.in) || (!layer.bias.empty() && layer.bias.size() != n) ||
        (!layer.idt.empty() && layer.idt.size() != n) || (layer.resnet && layer.out != layer.in && layer.out != 2 * layer.in))
      broken_model(where, what + ": the layers do not fit each other");
    if (!all_finite(layer.weight) || !all_finite(layer.bias) || !all_finite(layer.idt)) broken_model(where, what + " holds numbers that are not finite");
    in = layer.out;
  }
  if (net.empty() || in != out) broken_model(where, what + " has the wrong number of outputs");
}

void check_table(const DeepPotentialModel::Table& table, int width, const std::string& where) {
  const bool ordered = std::isfinite(table.lower) && std::isfinite(table.max) && table.lower < table.upper && table.upper <= table.max && table.stride1 > 0 && table.stride2 > 0 &&
                       std::isfinite(table.stride1) && std::isfinite(table.stride2);
  if (!ordered || (table.max - table.lower) / std::min(table.stride1, table.stride2) > 1e9 || table.width != width) broken_model(where, "a table's range is impossible");
  const long rows = static_cast<long>(table.data.size()) / (6L * width);
  if (rows < 1 || std::labs(rows - table_rows(table)) > 1) broken_model(where, "a table has another number of rows than its range asks for", std::to_string(rows), std::to_string(table_rows(table)));
  if (!all_finite(table.data)) broken_model(where, "a table holds numbers that are not finite");
}

/// Whether pairs (centre, neighbour) are excluded, as one lookup: a hostile list may be long.
std::vector<bool> exclusion_table(const DeepPotentialModel& m) {
  const std::size_t nt = static_cast<std::size_t>(m.ntypes());
  std::vector<bool> excluded(nt * nt, false);
  for (const auto& [a, b] : m.exclude_types) {
    excluded[static_cast<std::size_t>(a) * nt + static_cast<std::size_t>(b)] = true;
    excluded[static_cast<std::size_t>(b) * nt + static_cast<std::size_t>(a)] = true;
  }
  return excluded;
}

/// Embeddings and tables may be missing only where they are never asked: excluded pairs, types without slots.
void check_embeddings(const DeepPotentialModel& m, const std::string& where) {
  const int nt = m.ntypes(), width = m.width();
  const std::size_t pairs = m.type_one_side ? static_cast<std::size_t>(nt) : static_cast<std::size_t>(nt) * static_cast<std::size_t>(nt);
  const bool tabled = !m.tables.empty();
  const std::vector<bool> excluded = exclusion_table(m);
  if ((tabled ? m.tables.size() : m.embeddings.size()) != pairs || width <= 0) broken_model(where, "the number of embedding nets does not fit the types");
  for (int neighbour = 0; neighbour < nt; ++neighbour)
    for (int centre = 0; centre < (m.type_one_side ? 1 : nt); ++centre) {
      const std::size_t k = static_cast<std::size_t>(m.pair_index(centre, neighbour));
      const bool absent = tabled ? m.tables[k].width == 0 : m.embeddings[k].empty();
      bool asked = false;
      for (int c = m.type_one_side ? 0 : centre; c < (m.type_one_side ? nt : centre + 1); ++c)
        asked = asked || (m.sel[static_cast<std::size_t>(neighbour)] > 0 && (!excluded[static_cast<std::size_t>(c * nt + neighbour)] || m.excluded_slots_contribute));
      if (absent && !asked) continue;
      if (absent) broken_model(where, fmt::format("no embedding net for centre {} and neighbour {}", centre, neighbour));
      if (tabled) check_table(m.tables[k], width, where);
      else check_network(m.embeddings[k], 1, width, where, "an embedding net");
    }
}

void check_parameters(const std::vector<double>& values, int count, const std::string& where, const char* what) {
  if (values.size() != static_cast<std::size_t>(count) || !all_finite(values)) broken_model(where, std::string(what) + " is not one finite number per parameter");
}

/// atom_ener[t] asks for net(0) to be taken off; where nothing else feeds the net that is a constant.
void fold_vacuum(DeepPotentialModel& m) {
  if (m.atom_ener.empty()) return;
  NetworkPass pass;
  for (std::size_t t = 0; t < m.fitting.size(); ++t) {
    if (std::isnan(m.atom_ener[t])) continue;
    if (m.numb_fparam + m.numb_aparam > 0) {
      m.subtract_vacuum.resize(m.fitting.size(), false);
      m.subtract_vacuum[t] = true;
      continue;
    }
    const std::vector<double> zero(static_cast<std::size_t>(m.fitting[t].front().in), 0.0);
    m.bias[t] -= pass.forward(m.fitting[t], zero)[0];
  }
}

}  // namespace

void check_type_count(std::size_t count, const std::string& where) {
  if (count < 1 || count > 256) broken_model(where, "an impossible number of types", std::to_string(count), "1 to 256");
}

void finish_model(DeepPotentialModel& m, const std::string& where) {
  const int nt = m.ntypes();
  check_type_count(m.type_map.size(), where);
  if (!(std::isfinite(m.rcut) && m.rcut > 0 && m.rcut <= 100 && m.rcut_smth >= 0 && m.rcut_smth <= m.rcut))
    broken_model(where, "impossible cut-offs", fmt::format("rcut {}, rcut_smth {}", m.rcut, m.rcut_smth), "0 <= rcut_smth <= rcut <= 100 A");
  if (static_cast<int>(m.sel.size()) != nt || m.nnei() < 1 || !(m.descriptor_norm >= 1) || !std::isfinite(m.descriptor_norm)) broken_model(where, "sel does not fit the types");
  const std::size_t rows = static_cast<std::size_t>(nt) * static_cast<std::size_t>(m.nnei()) * 4;
  if (m.davg.size() != rows || m.dstd.size() != rows || !all_finite(m.davg) || !all_finite(m.dstd) || std::count(m.dstd.begin(), m.dstd.end(), 0.0) > 0)
    broken_model(where, "davg and dstd do not fit sel, or are not finite");
  for (const auto& [a, b] : m.exclude_types)
    if (a < 0 || a >= nt || b < 0 || b >= nt) broken_model(where, "exclude_types names a type that the model has not");
  check_embeddings(m, where);
  if (m.axis_neuron < 1 || m.axis_neuron > m.width()) broken_model(where, "impossible axis_neuron", std::to_string(m.axis_neuron), fmt::format("1 to {}", m.width()));
  check_parameters(m.fparam_avg, m.numb_fparam, where, "fparam_avg");
  check_parameters(m.fparam_inv_std, m.numb_fparam, where, "fparam_inv_std");
  check_parameters(m.aparam_avg, m.numb_aparam, where, "aparam_avg");
  check_parameters(m.aparam_inv_std, m.numb_aparam, where, "aparam_inv_std");
  if (!m.default_fparam.empty()) check_parameters(m.default_fparam, m.numb_fparam, where, "default_fparam");
  if (static_cast<int>(m.fitting.size()) != nt || static_cast<int>(m.bias.size()) != nt || !all_finite(m.bias)) broken_model(where, "the fitting nets do not fit the types");
  const long inputs = static_cast<long>(m.width()) * m.axis_neuron + m.numb_fparam + m.numb_aparam;
  if (inputs > 100000000) broken_model(where, "the fitting net has an impossible shape");
  for (const Network& net : m.fitting) check_network(net, static_cast<int>(inputs), 1, where, "a fitting net");
  fold_vacuum(m);
}

DeepPotentialModel model_from_bytes(const std::string& bytes, const std::string& where) {
  const std::string_view head(bytes);
  if (head.substr(0, 4) == "PK\x03\x04")
    fail_input({where, "a PyTorch archive (.pth, .pt2)", "", ".pb, .dp, .yaml", "turn it into .dp with `dp convert-backend`, or run it with --backend deepmd"});
  FileBudget budget(where, bytes.size());
  DeepPotentialModel model;
  if (head.substr(0, 8) == "\x89HDF\r\n\x1a\n") model = load_dp(bytes, budget);
  else if (!head.empty() && head[0] == '\n') model = load_pb(head, budget);  // field 1 of a GraphDef, a message: 0x0a
  else model = load_yaml(bytes, budget);
  finish_model(model, where);
  return model;
}

DeepPotentialModel load_model(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) refuse_model(path.string(), "a folder, as TensorFlow's SavedModel or JAX would be, not a model file", "");
  const std::string bytes = read_whole_file(path);
  DeepPotentialModel model = model_from_bytes(bytes, path.string());
  model.sha256 = sha256(bytes);
  return model;
}

}  // namespace lamella
