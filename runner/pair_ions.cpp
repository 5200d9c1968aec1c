// Ions with exponential walls, dispersion and Ewald's real-space part, as LAMMPS's buck/coul/long and born/coul/long have them.
#include "runner/pair_ions.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <vector>

#include "base/error.hpp"
#include "runner/deep_potential/thread_pool.hpp"
#include "runner/ion_pairs/ion_lists.hpp"
#include "runner/lammps_headers.hpp"
#include "runner/pair_deepmd.hpp"

#include <kspace.h>

namespace lamella::bridge {

namespace {

using namespace LAMMPS_NS;

class PairIons : public Pair {
 public:
  PairIons(LAMMPS* lmp, bool born);
  ~PairIons() override;
  void settings(int narg, char** arg) override;
  void coeff(int narg, char** arg) override;
  void init_style() override;
  double init_one(int i, int j) override;
  void compute(int eflag, int vflag) override;
  void* extract(const char* name, int& dimension) override;
  void write_restart(FILE*) override {}
  void read_restart(FILE*) override {}
  void write_restart_settings(FILE*) override {}
  void read_restart_settings(FILE*) override {}

 private:
  struct Given {
    IonPair pair;
    double cut = 0.0;
  };
  [[noreturn]] void refuse(const std::string& what);
  double number(const char* word) { return utils::numeric(FLERR, word, false, lmp); }
  Given& given(int i, int j) { return given_[static_cast<std::size_t>(std::min(i, j)) * (atom->ntypes + 1) + std::max(i, j)]; }
  void allocate();
  void add_tail(int i, int j, const Given& g);
  void list_neighbours();
  void copy_points();
  void add_to_lammps();

  bool born_;
  double global_cut_ = 0.0, coulomb_cut_ = 0.0;
  std::vector<Given> given_;
  std::vector<IonPair> pairs_;
  const IonKernels& kernels_ = best_ion_kernels();
  std::unique_ptr<ThreadPool> pool_;
  IonLists lists_;
  std::vector<int> types_;
  std::vector<double> points_;
  std::vector<IonShare> shares_;
};

PairIons::PairIons(LAMMPS* lmp, bool born) : Pair(lmp), born_(born) {
  ewaldflag = pppmflag = 1;
  single_enable = 0;
  respa_enable = 0;
  restartinfo = 0;
  writedata = 0;
  no_virial_fdotr_compute = 1;
}

PairIons::~PairIons() {
  if (!allocated) return;
  memory->destroy(setflag);
  memory->destroy(cutsq);
}

void PairIons::refuse(const std::string& what) { error->all(FLERR, what); }

void PairIons::settings(int narg, char** arg) {
  if (narg < 1 || narg > 2) refuse("Illegal pair_style command: one or two cut-offs");
  global_cut_ = number(arg[0]);
  coulomb_cut_ = narg == 2 ? number(arg[1]) : global_cut_;
  for (Given& g : given_) g.cut = global_cut_;
}

void PairIons::allocate() {
  allocated = 1;
  const int n = atom->ntypes;
  memory->create(setflag, n + 1, n + 1, "pair:setflag");
  memory->create(cutsq, n + 1, n + 1, "pair:cutsq");
  for (int i = 1; i <= n; ++i)
    for (int j = 1; j <= n; ++j) setflag[i][j] = 0;
  given_.assign(static_cast<std::size_t>(n + 1) * (n + 1), {});
}

void PairIons::coeff(int narg, char** arg) {
  const int wanted = born_ ? 7 : 5;
  if (narg != wanted && narg != wanted + 1) refuse("Incorrect args for pair coefficients");
  if (!allocated) allocate();
  int low_i, high_i, low_j, high_j;
  utils::bounds(FLERR, arg[0], 1, atom->ntypes, low_i, high_i, error);
  utils::bounds(FLERR, arg[1], 1, atom->ntypes, low_j, high_j, error);
  Given g;
  g.pair.a = number(arg[2]);
  const double rho = number(arg[3]);
  if (rho <= 0.0) refuse("Incorrect args for pair coefficients");
  g.pair.per_rho = 1.0 / rho;
  g.pair.sigma = born_ ? number(arg[4]) : 0.0;
  g.pair.c = number(arg[born_ ? 5 : 4]);
  g.pair.d = born_ ? number(arg[6]) : 0.0;
  g.pair.short_range = g.pair.a != 0.0 || g.pair.c != 0.0 || g.pair.d != 0.0;
  g.cut = narg == wanted + 1 ? number(arg[wanted]) : global_cut_;
  int count = 0;
  for (int i = low_i; i <= high_i; ++i)
    for (int j = std::max(low_j, i); j <= high_j; ++j, ++count) {
      given(i, j) = g;
      setflag[i][j] = 1;
    }
  if (count == 0) refuse("Incorrect args for pair coefficients");
}

void PairIons::init_style() {
  if (!atom->q_flag) refuse("Pair style needs the atoms' charges");
  if (!force->kspace) refuse("Pair style requires a KSpace style");
  if (force->pair != this) refuse("The suffix lamella has no part in hybrid styles: suffix off");
  if (atom->molecular != 0 || neighbor->nex_type || neighbor->nex_group || neighbor->nex_mol) refuse("The suffix lamella knows neither bonds nor excluded pairs: suffix off");
  pairs_.assign(static_cast<std::size_t>(atom->ntypes) * atom->ntypes, {});
  const int threads = chosen_threads(lmp);
  if (!pool_ || pool_->threads() != threads) pool_ = std::make_unique<ThreadPool>(threads);
}

double PairIons::init_one(int i, int j) {
  if (!setflag[i][j]) refuse("All pair coeffs are not set");
  Given g = given(i, j);
  IonPair& pair = g.pair;
  pair.cut_squared = g.cut * g.cut;
  const double per_r2 = 1.0 / pair.cut_squared, per_r6 = per_r2 * per_r2 * per_r2;
  if (offset_flag && g.cut > 0.0) pair.shift = pair.a * std::exp((pair.sigma - g.cut) * pair.per_rho) - (pair.c - pair.d * per_r2) * per_r6;
  pairs_[static_cast<std::size_t>(i - 1) * atom->ntypes + j - 1] = pairs_[static_cast<std::size_t>(j - 1) * atom->ntypes + i - 1] = pair;
  if (tail_flag) add_tail(i, j, g);
  return std::max(g.cut, coulomb_cut_);
}

// Energy and pressure of what lies beyond the cut-off, at g(r) = 1.
void PairIons::add_tail(int i, int j, const Given& g) {
  double mine[2] = {0.0, 0.0}, all[2];
  for (int k = 0; k < atom->nlocal; ++k) {
    if (atom->type[k] == i) mine[0] += 1.0;
    if (atom->type[k] == j) mine[1] += 1.0;
  }
  MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, world);
  const double rc = g.cut, rc2 = rc * rc, rc3 = rc2 * rc, rc5 = rc3 * rc2, rho = 1.0 / g.pair.per_rho;
  const double wall = g.pair.a * std::exp((g.pair.sigma - rc) * g.pair.per_rho), pairs = 2.0 * std::numbers::pi * all[0] * all[1];
  etail_ij = pairs * (wall * rho * (rc2 + 2.0 * rho * rc + 2.0 * rho * rho) - g.pair.c / (3.0 * rc3) + g.pair.d / (5.0 * rc5));
  ptail_ij = -pairs / 3.0 * (-wall * (rc3 + 3.0 * rho * rc2 + 6.0 * rho * rho * rc + 6.0 * rho * rho * rho) + 2.0 * g.pair.c / rc3 - 8.0 * g.pair.d / (5.0 * rc5));
}

void* PairIons::extract(const char* name, int& dimension) {
  dimension = 0;
  return std::strcmp(name, "cut_coul") == 0 ? &coulomb_cut_ : nullptr;
}

void PairIons::list_neighbours() {
  const int nlocal = atom->nlocal, nall = nlocal + atom->nghost, types = atom->ntypes;
  types_.resize(nall);
  for (int i = 0; i < nall; ++i) types_[i] = atom->type[i] - 1;
  lists_.build(points_.data(), types_.data(), nlocal, nall, types, cutforce + neighbor->skin, kernels_.search);
}

void PairIons::copy_points() {
  const int nall = atom->nlocal + atom->nghost;
  points_.resize(4 * (static_cast<std::size_t>(nall) + 1));
  double* p = points_.data();
  for (int i = 0; i < nall; ++i, p += 4) p[0] = atom->x[i][0], p[1] = atom->x[i][1], p[2] = atom->x[i][2], p[3] = atom->q[i];
  p[0] = p[1] = p[2] = 1e6;
  p[3] = 0.0;
}

void PairIons::compute(int eflag, int vflag) {
  ev_init(eflag, vflag);
  if (cvflag_atom) refuse("The suffix lamella knows no centroid virial: suffix off");
  copy_points();
  if (neighbor->ago == 0 || types_.size() != static_cast<std::size_t>(atom->nlocal + atom->nghost)) list_neighbours();
  IonSystem system;
  system.points = points_.data();
  system.type = types_.data();
  system.types = atom->ntypes;
  system.pairs = pairs_.data();
  system.neighbours = lists_.neighbours();
  system.first = lists_.first();
  system.count = lists_.count();
  system.coulomb = force->qqrd2e;
  system.splitting = force->kspace->g_ewald;
  system.coulomb_cut_squared = coulomb_cut_ * coulomb_cut_;
  shares_.resize(atom->nlocal);
  constexpr int batch = 32;
  const int nlocal = atom->nlocal, batches = (nlocal + batch - 1) / batch;
  const bool energies = eflag_either;
  pool_->run(batches, [&](int b, int) { kernels_.forces(system, b * batch, std::min(nlocal, (b + 1) * batch), energies, shares_.data()); });
  add_to_lammps();
}

void PairIons::add_to_lammps() {
  for (int i = 0; i < atom->nlocal; ++i) {
    const IonShare& share = shares_[i];
    for (int k = 0; k < 3; ++k) atom->f[i][k] += share.force[k];
    if (eflag_global) eng_coul += share.coulomb_energy, eng_vdwl += share.short_energy;
    if (eflag_atom) eatom[i] += share.coulomb_energy + share.short_energy;
    for (int c = 0; c < 6; ++c) {
      if (vflag_global) virial[c] += share.virial[c];
      if (vflag_atom) vatom[i][c] += share.virial[c];
    }
  }
}

Pair* make_buckingham(LAMMPS* lmp) { return new PairIons(lmp, false); }
Pair* make_born(LAMMPS* lmp) { return new PairIons(lmp, true); }

}  // namespace

void register_pair_ions(LAMMPS* lmp) {
  (*lmp->force->pair_map)["buck/coul/long/lamella"] = make_buckingham;
  (*lmp->force->pair_map)["born/coul/long/lamella"] = make_born;
}

}  // namespace lamella::bridge
