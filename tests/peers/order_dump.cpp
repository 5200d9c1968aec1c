// peer_order_dump FILE...: the local order and the Voronoi volumes of LiF frames as JSON, for tests/peers/order.py.
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "lattice/read_structure.hpp"
#include "observe/order.hpp"
#include "observe/voids.hpp"

using namespace lamella;

int main(int argc, char** argv) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  const std::array li = {Element::from_symbol("Li")}, f = {Element::from_symbol("F")};
  for (int i = 1; i < argc; ++i) {
    const Structure s = parse_extxyz(read_whole_file(argv[i]), argv[i]);
    const OrderReport order = local_order(s, li, f);
    nlohmann::ordered_json frame;
    for (const LocalOrder& c : order.centres) {
      frame["atom"].push_back(c.atom);
      frame["cn"].push_back(c.cn);
      frame["q"].push_back(c.q);
      frame["t"].push_back(c.t);
      frame["octahedral"].push_back(c.octahedral);
      frame["links"].push_back(c.links);
    }
    std::vector<Cartesian> centres;
    for (const LocalOrder& c : order.centres) centres.push_back(s.positions[c.atom]);
    const SublatticeOrder sub = sublattice_order(s.cell, centres, 12, {true, true, true});
    frame["q4"] = sub.q4;
    frame["q6"] = sub.q6;
    frame["mean_q4"] = sub.mean_q4;
    frame["mean_q6"] = sub.mean_q6;
    frame["regular"] = order.regular;
    frame["clusters"] = order.clusters;
    const VoronoiReport v = voronoi(s.cell, s.positions, 2.2);
    frame["volumes"] = v.volumes;
    frame["largest_void"] = v.voids.empty() ? 0.0 : v.voids.front().radius;
    all.push_back(frame);
  }
  std::printf("%s\n", all.dump().c_str());
}
