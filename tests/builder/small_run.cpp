#include "small_run.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "base/files.hpp"
#include "base/random.hpp"
#include "lattice/cell.hpp"

using namespace lamella;

namespace {

struct Atom {
  std::string element;
  int layer;
  Vec3 s;  // fractional
};

std::vector<Atom> small_stack(const Cell& cell) {
  std::vector<Atom> atoms;
  auto grid = [&](int nx, int ny, int nz, double low, double high, std::vector<std::string> kinds, int layer) {
    for (int i = 0; i < nx; ++i)
      for (int j = 0; j < ny; ++j)
        for (int k = 0; k < nz; ++k)
          atoms.push_back({kinds[static_cast<std::size_t>(i + j + k) % kinds.size()], layer, Vec3((i + 0.5) / nx, (j + 0.5) / ny, low + (high - low) * (k + 0.5) / nz)});
  };
  grid(4, 4, 3, 0.02, 0.3, {"Li", "O", "Co", "O"}, 1);
  grid(4, 4, 3, 0.36, 0.6, {"Li", "F"}, 2);
  const double t = 2.05 / std::sqrt(3.0);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) {
      const Vec3 centre((i + 0.5) / 2, (j + 0.5) / 2, 0.8);
      atoms.push_back({"P", 3, centre});
      for (const Vec3& v : {Vec3(t, t, t), Vec3(-t, -t, t), Vec3(-t, t, -t), Vec3(t, -t, -t)}) atoms.push_back({"S", 3, centre + cell.to_fractional(Cartesian(v)).vec()});
      atoms.push_back({"Li", 3, centre + Vec3(0.2, 0, 0.03)});
      atoms.push_back({"Cl", 3, centre + Vec3(0, 0.24, 0.1)});
    }
  return atoms;
}

}  // namespace

void write_small_run(const std::filesystem::path& folder, int frames) {
  std::filesystem::create_directories(folder / "run" / "reaction");
  Mat3 rows;
  rows << 11, 0, 0, 1.5, 10, 0, -1, 0.8, 27;
  const Cell cell(rows);
  std::vector<Atom> atoms = small_stack(cell);
  const std::string names[] = {"", "cathode", "coating", "electrolyte"};
  std::string stack = fmt::format("{}\nLattice=\"11 0 0 1.5 10 0 -1 0.8 27\" Properties=species:S:1:pos:R:3:id:I:1:molecule:I:1:molecule_type:S:1:tags:I:1\n", atoms.size());
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const Vec3 r = cell.to_cartesian(Fractional(atoms[i].s)).vec();
    stack += fmt::format("{} {:.8f} {:.8f} {:.8f} {} {} {} {}\n", atoms[i].element, r.x(), r.y(), r.z(), i + 1, atoms[i].layer, names[atoms[i].layer], atoms[i].layer);
  }
  write_whole_file(folder / "stack.extxyz", stack);
  write_whole_file(folder / "spec.toml", "title = \"a small <stack>\"\nseed  = 1\n");
  write_whole_file(folder / "manifest.json", R"({"layers":[{"name":"coating","kind":"amorphous","formula":"LiF","atoms":48,"thickness_requested":6,"thickness":6.5,"density":2.0}],
    "audit":{"atoms":140,"min_distance":{"P-S":2.05},"net_charge":0,"volume":2970,"seams":[{"between":["cathode","coating"],"gap":2.0}],"handedness":"right"}})");
  RandomStream random(11, "test/small run");
  std::string dump;
  for (int t = 0; t < frames; ++t) {
    Mat3 now = rows;
    now.row(2) *= 1.0 - 0.01 * t / frames;
    const double xy = now(1, 0), xz = now(2, 0), yz = now(2, 1);
    dump += fmt::format("ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}\nITEM: BOX BOUNDS xy xz yz pp pp pp\n{} {} {}\n{} {} {}\n0 {} {}\nITEM: ATOMS id type element xu yu zu\n", 100 * t, atoms.size(),
                        std::min({0.0, xy, xz, xy + xz}), now(0, 0) + std::max({0.0, xy, xz, xy + xz}), xy, std::min(0.0, yz), now(1, 1) + std::max(0.0, yz), xz, now(2, 2), yz);
    for (std::size_t n = 0; n < atoms.size(); ++n) {
      const std::size_t i = (n * 37 + static_cast<std::size_t>(t)) % atoms.size();  // any order: 37 and the count share no factor
      if (atoms[i].element == "Li" && t > 0) atoms[i].s += cell.to_fractional(Cartesian(0.3 * random.normal(), 0.3 * random.normal(), 0.3 * random.normal())).vec();
      Vec3 r = now.transpose() * atoms[i].s;
      if (atoms[i].element != "Li") r += 0.03 * Vec3(random.normal(), random.normal(), random.normal());
      if (atoms[i].element == "P" && t >= frames / 2 && i > atoms.size() - 10) r.z() += 1.6;  // the last tetrahedron is torn
      dump += fmt::format("{} 1 {} {:.6f} {:.6f} {:.6f}\n", i + 1, atoms[i].element, r.x(), r.y(), r.z());
    }
  }
  write_whole_file(folder / "run" / "reaction" / "reaction.lammpstrj", dump);
}

int run_lamella(const std::string& words, std::string* output) {
  const auto log = std::filesystem::temp_directory_path() / ("lamella_test_output" + std::to_string(::getpid()));
  const int status = std::system(fmt::format("\"{}\" {} > \"{}\" 2>&1", LAMELLA_BINARY, words, log.string()).c_str());
  if (output) *output = read_whole_file(log);
  std::filesystem::remove(log);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
