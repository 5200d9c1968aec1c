#include "runner/deep_potential/protobuf_graph.hpp"

#include <google/protobuf/io/coded_stream.h>

#include <bit>
#include <cstring>
#include <set>

namespace lamella {

namespace {

/// One field of a message: its number, and its value as bytes or as an integer.
struct Field {
  int number = 0;
  int wire = 0;            // 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes
  std::uint64_t integer = 0;
  std::string_view bytes;
};

/// Two hundred types' worth of two-sided nets stay below; bounds what the index of a hostile file may cost.
constexpr std::size_t node_limit = 1'000'000;

/// Walks the fields of one message, in place.
class Fields {
 public:
  Fields(std::string_view message, const std::string& where)
      : message_(message), stream_(reinterpret_cast<const std::uint8_t*>(message.data()), static_cast<int>(message.size())), where_(where) {}

  bool next(Field& field) {
    if (stream_.CurrentPosition() == static_cast<int>(message_.size())) return false;
    const std::uint32_t tag = stream_.ReadTag();
    field.number = static_cast<int>(tag >> 3);
    field.wire = static_cast<int>(tag & 7);
    if (tag == 0 || field.number == 0) fail();
    std::uint32_t four = 0;
    switch (field.wire) {
      case 0:
        if (!stream_.ReadVarint64(&field.integer)) fail();
        return true;
      case 1:
        if (!stream_.ReadLittleEndian64(&field.integer)) fail();
        return true;
      case 5:
        if (!stream_.ReadLittleEndian32(&four)) fail();
        field.integer = four;
        return true;
      case 2: {
        std::uint32_t length = 0;
        if (!stream_.ReadVarint32(&length)) fail();
        const std::size_t at = static_cast<std::size_t>(stream_.CurrentPosition());
        if (length > message_.size() - at) fail();
        field.bytes = message_.substr(at, length);
        if (!stream_.Skip(static_cast<int>(length))) fail();
        return true;
      }
      default: fail();
    }
  }
  [[noreturn]] void fail() const { broken_model(where_, "not a TensorFlow graph: its protobuf encoding is broken"); }

 private:
  std::string_view message_;
  google::protobuf::io::CodedInputStream stream_;
  const std::string& where_;
};

/// Operations that appear in graphs of deepmd-kit 2.0 to 3.2 or could without changing what is computed here. Anything else
/// may compute something we do not: it is refused by name, never guessed.
bool known_operation(std::string_view op) {
  static const std::set<std::string_view> known = {
      "Abs", "Add", "AddN", "AddV2", "All", "Any", "Assert", "BatchMatMul", "BatchMatMulV2", "BiasAdd", "BiasAddGrad", "BroadcastGradientArgs", "BroadcastTo",
      "Bincount", "DenseBincount", "Cast", "Ceil", "ClipByValue", "Concat", "ConcatOffset", "ConcatV2", "Const", "Cumsum", "Div", "DivNoNan", "DynamicStitch", "Elu", "Equal",
      "Erf", "Exp", "ExpandDims", "Fill", "Floor", "FloorDiv", "FloorMod", "Gather", "GatherNd", "GatherV2", "Gelu", "GeluCustom", "GeluGrad", "GeluGradCustom", "GeluGradGrad",
      "GeluGradGradCustom", "Greater", "GreaterEqual", "Identity", "IdentityN", "InvGrad", "Less", "LessEqual", "Log", "Log1p", "LogicalAnd", "LogicalNot",
      "LogicalOr", "MatMul", "Max", "Maximum", "Mean", "Min", "Minimum", "Mod", "Mul", "Neg", "NoOp", "NotEqual", "OneHot", "OnesLike", "Pack", "Pad", "PadV2", "Placeholder",
      "PlaceholderWithDefault", "Pow", "PreventGradient", "Prod", "ProdEnvMatA", "ProdForceSeA", "ProdVirialSeA", "ProdForce", "ProdVirial", "Range", "Rank", "RealDiv", "Reciprocal",
      "ReciprocalGrad", "Relu", "Relu6", "Relu6Grad", "ReluGrad", "Reshape", "ReverseV2", "Rsqrt", "Select", "SelectV2", "Shape", "ShapeN", "Sigmoid",
      "SigmoidGrad", "Sign", "Size", "Slice", "Softplus", "SoftplusGrad", "Split", "SplitV", "Sqrt", "Square", "SquaredDifference", "Squeeze",
      "StopGradient", "StridedSlice", "StridedSliceGrad", "Sub", "Sum", "TabulateFusion", "TabulateFusionGrad", "TabulateFusionGradGrad", "TabulateFusionSeA",
      "TabulateFusionSeAGrad", "TabulateFusionSeAGradGrad", "Tanh", "TanhGrad", "Tile", "Transpose", "Unique", "UniqueWithCounts", "Unpack",
      "UnsortedSegmentSum", "Where", "ZerosLike", "InvertPermutation", "Snapshot", "_FusedMatMul"};
  return known.count(op) > 0;
}

std::string shown(std::string_view name) { return std::string(name.substr(0, 60)); }

ProtobufGraph::Node parse_node(std::string_view body, std::string_view& name, const std::string& where) {
  ProtobufGraph::Node node;
  node.body = body;
  Fields fields(body, where);
  for (Field f; fields.next(f);) {
    if (f.wire != 2) continue;
    if (f.number == 1) name = f.bytes;
    if (f.number == 2) node.op = f.bytes;
  }
  return node;
}

}  // namespace

ProtobufGraph::ProtobufGraph(std::string_view bytes, FileBudget& budget) : budget_(budget) {
  const std::string& where = budget.where();
  if (bytes.size() > 0x7fffffff) broken_model(where, "larger than protobuf allows", std::to_string(bytes.size()) + " bytes", "2 GiB");
  Fields fields(bytes, where);
  for (Field f; fields.next(f);) {
    if (f.number != 1) continue;  // versions, library
    if (f.wire != 2) fields.fail();
    std::string_view name;
    Node node = parse_node(f.bytes, name, where);
    if (name.empty() || node.op.empty()) fields.fail();
    if (nodes_.size() == node_limit) broken_model(where, "the graph has more nodes than any model", "", std::to_string(node_limit));
    if (!nodes_.emplace(name, std::move(node)).second) broken_model(where, "two nodes of the graph share a name", shown(name));
  }
  if (nodes_.empty()) fields.fail();
}

std::vector<std::string_view> ProtobufGraph::inputs(const Node& node) const {
  std::vector<std::string_view> names;
  Fields fields(node.body, budget_.where());
  for (Field f; names.size() < 8 && fields.next(f);)
    if (f.number == 3 && f.wire == 2) names.push_back(f.bytes);
  return names;
}

void check_operations(const ProtobufGraph& graph, const std::string& where) {
  for (const auto& [name, node] : graph.nodes())
    if (!known_operation(node.op)) refuse_model(where, "the graph uses an operation that no se_e2_a energy model needs", shown(node.op));
}

const ProtobufGraph::Node* ProtobufGraph::find(const std::string& name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : &found->second;
}

const ProtobufGraph::Node* ProtobufGraph::source(std::string_view input) const {
  for (int hops = 0; hops < 64; ++hops) {  // no chain of a model is longer; a cycle ends here
    const auto found = nodes_.find(input.substr(0, input.find(':')));
    if (found == nodes_.end()) return nullptr;
    const Node& node = found->second;
    if (node.op == "Const") return &node;
    if (node.op != "Identity" && node.op != "Cast") return nullptr;
    const std::vector<std::string_view> read = inputs(node);
    if (read.empty()) return nullptr;
    input = read[0];
  }
  return nullptr;
}

GraphTensor ProtobufGraph::constant(const std::string& name) const {
  const Node* node = find(name);
  if (node && node->op != "Const") node = source(name);
  if (!node) broken_model(budget_.where(), "the graph has no constant '" + name + "'");
  return decode(*node, name);
}

std::string_view ProtobufGraph::attribute(const Node& node, std::string_view name) const {
  Fields fields(node.body, budget_.where());
  for (Field f; fields.next(f);) {
    if (f.number != 5 || f.wire != 2) continue;
    std::string_view key, value;
    Fields entry(f.bytes, budget_.where());
    for (Field e; entry.next(e);) {
      if (e.number == 1 && e.wire == 2) key = e.bytes;
      if (e.number == 2 && e.wire == 2) value = e.bytes;
    }
    if (key == name) return value;
  }
  broken_model(budget_.where(), "a node of the graph lacks its attribute '" + std::string(name) + "'");
}

float ProtobufGraph::float_attribute(const Node& node, const std::string& name) const {
  Fields fields(attribute(node, name), budget_.where());
  for (Field f; fields.next(f);)
    if (f.number == 4 && f.wire == 5) return std::bit_cast<float>(static_cast<std::uint32_t>(f.integer));
  broken_model(budget_.where(), "attribute '" + name + "' is not a number");
}

std::vector<long> ProtobufGraph::int_list_attribute(const Node& node, const std::string& name) const {
  std::vector<long> list;
  Fields fields(attribute(node, name), budget_.where());
  for (Field f; fields.next(f);) {
    if (f.number != 1 || f.wire != 2) continue;  // AttrValue.list
    Fields values(f.bytes, budget_.where());
    for (Field v; values.next(v);) {
      if (v.number != 3) continue;  // ListValue.i, packed or not
      if (v.wire == 0) list.push_back(static_cast<long>(v.integer));
      if (v.wire != 2) continue;
      google::protobuf::io::CodedInputStream packed(reinterpret_cast<const std::uint8_t*>(v.bytes.data()), static_cast<int>(v.bytes.size()));
      for (std::uint64_t x; packed.ReadVarint64(&x);) list.push_back(static_cast<long>(x));
    }
    budget_.take(list.size(), "attribute '" + name + "'");
  }
  return list;
}

namespace {

enum DataType { dt_float = 1, dt_double = 2, dt_int32 = 3, dt_string = 7, dt_int64 = 9, dt_bool = 10 };

std::size_t width_of(int dtype) {
  switch (dtype) {
    case dt_float: case dt_int32: return 4;
    case dt_double: case dt_int64: return 8;
    case dt_bool: return 1;
    default: return 0;
  }
}

template <class T>
double load_as_double(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<double>(value);
}

double load(int dtype, const char* at) {
  switch (dtype) {
    case dt_float: return load_as_double<float>(at);
    case dt_double: return load_as_double<double>(at);
    case dt_int32: return load_as_double<std::int32_t>(at);
    case dt_int64: return load_as_double<std::int64_t>(at);
    default: return static_cast<double>(static_cast<unsigned char>(*at));
  }
}

/// The typed fields of TensorProto, where small constants sit: float_val 5, double_val 6, int_val 7, int64_val 10, bool_val 11.
void append_typed(const Field& f, int dtype, std::vector<double>& values, FileBudget& budget, const std::string& what) {
  const int field_of = dtype == dt_float ? 5 : dtype == dt_double ? 6 : dtype == dt_int32 ? 7 : dtype == dt_int64 ? 10 : 11;
  if (f.number != field_of) return;
  const bool fixed = dtype == dt_float || dtype == dt_double;
  if (f.wire == 2 && fixed) {
    const std::size_t width = width_of(dtype), count = f.bytes.size() / width;
    budget.take(count, what);
    for (std::size_t k = 0; k < count; ++k) values.push_back(load(dtype, f.bytes.data() + k * width));
  } else if (f.wire == 2) {
    google::protobuf::io::CodedInputStream packed(reinterpret_cast<const std::uint8_t*>(f.bytes.data()), static_cast<int>(f.bytes.size()));
    budget.take(f.bytes.size(), what);
    for (std::uint64_t x; packed.ReadVarint64(&x);) values.push_back(static_cast<double>(static_cast<std::int64_t>(x)));
  } else {
    budget.take(1, what);
    if (dtype == dt_float) values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(f.integer)));
    else if (dtype == dt_double) values.push_back(std::bit_cast<double>(f.integer));
    else values.push_back(static_cast<double>(static_cast<std::int64_t>(f.integer)));
  }
}

std::vector<std::size_t> parse_shape(std::string_view bytes, const std::string& where, const std::string& what) {
  std::vector<std::size_t> shape;
  Fields fields(bytes, where);
  for (Field f; fields.next(f);) {
    if (f.number == 3 && f.integer) broken_model(where, what + " has no known shape");
    if (f.number != 2 || f.wire != 2) continue;
    std::int64_t size = 0;
    Fields dim(f.bytes, where);
    for (Field d; dim.next(d);)
      if (d.number == 1 && d.wire == 0) size = static_cast<std::int64_t>(d.integer);
    if (size < 0 || shape.size() >= 8) broken_model(where, what + " has an impossible shape");
    shape.push_back(static_cast<std::size_t>(size));
  }
  return shape;
}

}  // namespace

GraphTensor ProtobufGraph::decode(const Node& node, const std::string& name) const {
  const std::string& where = budget_.where();
  const std::string what = "constant '" + shown(name) + "'";
  std::string_view tensor;
  Fields value(attribute(node, "value"), where);
  for (Field f; value.next(f);)
    if (f.number == 8 && f.wire == 2) tensor = f.bytes;
  int dtype = 0;
  std::string_view content;
  GraphTensor result;
  Fields head(tensor, where);
  for (Field f; head.next(f);) {
    if (f.number == 1 && f.wire == 0) dtype = static_cast<int>(f.integer & 0xff);
    if (f.number == 2 && f.wire == 2) result.shape = parse_shape(f.bytes, where, what);
    if (f.number == 4 && f.wire == 2) content = f.bytes;
    if (f.number == 8 && f.wire == 2) result.text = std::string(f.bytes);
  }
  if (dtype == dt_string) return result;
  const std::size_t width = width_of(dtype);
  if (width == 0) refuse_model(where, what + " has a number format other than float32, float64 and integers", "TensorFlow type " + std::to_string(dtype));
  result.single = dtype == dt_float;
  result.floating = dtype == dt_float || dtype == dt_double;
  std::size_t count = 1;
  for (std::size_t n : result.shape) count = checked_product(count, n, budget_, what);
  if (!content.empty()) {
    if (content.size() / width != count || content.size() % width != 0) broken_model(where, what + " holds another number of values than its shape says");
    budget_.take(count, what);
    result.values.reserve(count);
    for (std::size_t k = 0; k < count; ++k) result.values.push_back(load(dtype, content.data() + k * width));
    return result;
  }
  Fields typed(tensor, where);
  for (Field f; typed.next(f);) append_typed(f, dtype, result.values, budget_, what);
  if (result.values.size() > count) broken_model(where, what + " holds more values than its shape says");
  if (result.values.size() < count) {  // TensorFlow leaves out what repeats the last value; without any, zero
    budget_.take(count - result.values.size(), what);
    result.values.resize(count, result.values.empty() ? 0.0 : result.values.back());
  }
  return result;
}

}  // namespace lamella
