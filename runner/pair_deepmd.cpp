// LAMMPS meets the Deep Potential: `pair_style deepmd` with deepmd-kit's syntax and units, on this program's evaluators.
// It keeps its own full neighbour lists, made of local and ghost atoms when LAMMPS reneighbours.
#include "runner/pair_deepmd.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <fstream>
#include <map>
#include <unordered_map>

#include "base/error.hpp"
#include "runner/ghost_neighbours.hpp"
#include "runner/lammps_headers.hpp"
#include "runner/model_deviation.hpp"
#include "runner/pair_settings.hpp"

namespace lamella::bridge {

namespace {

using namespace LAMMPS_NS;

std::map<LAMMPS*, EvaluatorChoice> choices;

// LAMMPS's order xx yy zz xy xz yz (and yx zx zy for the centroid form) out of the 9, row by row.
constexpr std::array<int, 9> kLammpsOrder = {0, 4, 8, 3, 6, 7, 1, 2, 5};

class PairDeepmd : public Pair {
 public:
  explicit PairDeepmd(LAMMPS* lmp);
  ~PairDeepmd() override;
  void settings(int narg, char** arg) override;
  void coeff(int narg, char** arg) override;
  void init_style() override;
  double init_one(int i, int j) override;
  void compute(int eflag, int vflag) override;
  void* extract(const char* name, int& dimension) override;
  int pack_reverse_comm(int n, int first, double* buffer) override;
  void unpack_reverse_comm(int n, int* list, double* buffer) override;
  void write_restart(FILE*) override {}  // nothing of a potential is kept in a restart; the input names the model again
  void read_restart(FILE*) override { from_restart_ = true; }
  void write_restart_settings(FILE*) override {}
  void read_restart_settings(FILE*) override {}
  double memory_usage() override;

 private:
  void allocate();
  void check_models();
  void open_deviation_file();
  void prepare_atoms();
  void find_owners();
  AtomsView view() const;
  bool deviation_step() const;
  void evaluate(std::size_t model, EvaluationResult& result, bool per_atom);
  void evaluate_others();
  void write_deviation();
  std::vector<double> by_id(const std::vector<double>& local) const;
  void add_to_lammps(const EvaluationResult& result, int eflag, int vflag);
  void check_finite(const EvaluationResult& result);
  void report_limits(const EvaluationResult& result);
  std::string describe_overflow() const;
  std::string describe_close_pair() const;
  std::string step_text() const { return fmt::format("step {}", update->ntimestep); }
  [[noreturn]] void stop(const std::string& what, const std::string& got, const std::string& hint);

  PairSettings settings_;
  std::vector<PooledEvaluator> models_;
  std::vector<int> type_of_;  // model type of LAMMPS type i at [i - 1]
  double** scale_ = nullptr;  // fix adapt's handle
  double cutoff_ = 0.0;       // LAMMPS's length unit is A in the units allowed
  double energy_unit_ = 1.0;  // LAMMPS's energy unit per eV
  bool from_restart_ = false;
  std::ofstream deviation_file_;
  int most_deviating_ = 0;           // id of the atom with the largest deviation
  double largest_deviation_ = -1.0;  // max_devi_f of the last deviation step, on every rank

  GhostNeighbours neighbours_;
  long generation_ = 0;
  std::vector<double> x_;
  std::vector<int> types_, owner_;
  std::vector<double> aparam_, atom_energy_, atom_virial_;
  std::vector<std::vector<double>> force_;           // per model: 3 nall
  std::vector<std::array<double, 9>> virial_of_;     // per model, this rank's share
  long overflow_steps_ = 0, close_steps_ = 0;        // steps that showed them so far
};

PairDeepmd::PairDeepmd(LAMMPS* lmp) : Pair(lmp) {
  single_enable = 0;
  restartinfo = 1;
  respa_enable = 0;
  writedata = 0;
  manybody_flag = 1;
  no_virial_fdotr_compute = 1;
  centroidstressflag = CENTROID_AVAIL;
  const std::string units = update->unit_style;
  if (units != "metal" && units != "real")
    fail_input({"pair_style deepmd", "works in metal or real units only", "units " + units, "metal, real", ""});
  energy_unit_ = force->boltz / 8.617343e-5;  // as deepmd-kit converts
}

PairDeepmd::~PairDeepmd() {
  if (!allocated) return;
  memory->destroy(setflag);
  memory->destroy(cutsq);
  memory->destroy(scale_);
}

void PairDeepmd::allocate() {
  allocated = 1;
  const int n = atom->ntypes;
  memory->create(setflag, n + 1, n + 1, "pair:setflag");
  memory->create(cutsq, n + 1, n + 1, "pair:cutsq");
  memory->create(scale_, n + 1, n + 1, "pair:scale");
  for (int i = 1; i <= n; ++i)
    for (int j = 1; j <= n; ++j) setflag[i][j] = 0, scale_[i][j] = 1.0;
}

void PairDeepmd::settings(int narg, char** arg) {
  const std::vector<std::string> words(arg, arg + narg);
  settings_ = parse_pair_settings(words);
  EvaluatorChoice choice = choices.count(lmp) ? choices.at(lmp) : EvaluatorChoice{};
  choice.threads = chosen_threads(lmp);
  models_.clear();
  for (const std::string& file : settings_.models) models_.emplace_back(file, choice);
  check_models();
  cutoff_ = models_.front()->model().rcut;
  force_.resize(models_.size());
  virial_of_.resize(models_.size());
  comm_reverse = 3 * static_cast<int>(models_.size());
  open_deviation_file();
}

void PairDeepmd::check_models() {
  const std::string where = "pair_style deepmd";
  const DeepPotentialModel& first = models_.front()->model();
  for (std::size_t m = 1; m < models_.size(); ++m) {
    const DeepPotentialModel& other = models_[m]->model();
    if (other.rcut != first.rcut || other.type_map != first.type_map || other.numb_fparam != first.numb_fparam || other.numb_aparam != first.numb_aparam)
      fail_input({where, "the models of a deviation must share cut-off, type map and parameters", settings_.models[m],
                  "as " + settings_.models.front(), ""});
  }
  const auto check = [&](std::vector<double>& given, int wanted, const char* name) {
    if (static_cast<int>(given.size()) != wanted && !(given.empty() && std::strcmp(name, "fparam") == 0 && !first.default_fparam.empty()))
      fail_input({where, std::string("wrong number of values of ") + name, fmt::format("{}", given.size()), fmt::format("{}", wanted), ""});
  };
  if (settings_.fparam.empty()) settings_.fparam = first.default_fparam;
  check(settings_.fparam, first.numb_fparam, "fparam");
  check(settings_.aparam, first.numb_aparam, "aparam");
}

void PairDeepmd::open_deviation_file() {
  if (models_.size() < 2 || settings_.out_freq == 0 || comm->me != 0) return;
  deviation_file_.close();
  deviation_file_.clear();
  deviation_file_.open(settings_.out_file, from_restart_ ? std::ios::app : std::ios::trunc);
  if (!deviation_file_) fail_run({settings_.out_file, "cannot be written", "", "", ""});
  if (!from_restart_) deviation_file_ << deviation_header(settings_.atomic) << std::endl;
}

void PairDeepmd::coeff(int narg, char** arg) {
  if (!allocated) allocate();
  if (narg < 2 || std::strcmp(arg[0], "*") != 0 || std::strcmp(arg[1], "*") != 0)
    fail_input({"pair_coeff", "deepmd wants all types at once", narg < 2 ? "" : std::string(arg[0]) + " " + arg[1], "* *", ""});
  type_of_ = model_types_of(std::vector<std::string>(arg + 2, arg + narg), models_.front()->model().type_map, atom->ntypes);
  for (int i = 1; i <= atom->ntypes; ++i)
    for (int j = i; j <= atom->ntypes; ++j) setflag[i][j] = 1;
}

void PairDeepmd::init_style() {
  if (force->newton_pair == 0)
    fail_input({"pair_style deepmd", "forces on ghost atoms must travel home", "newton off", "newton on",
                "remove `newton off` (or `newton off on`): a many-body potential acts on neighbours that other ranks own"});
  if (neighbor->nex_type || neighbor->nex_group || neighbor->nex_mol)  // `exclude` itself is set only later
    fail_input({"pair_style deepmd", "a many-body potential needs every neighbour", "neigh_modify exclude", "", "remove neigh_modify exclude"});
  if (type_of_.empty()) fail_input({"pair_coeff", "the elements of the LAMMPS types are not named", "", "", "pair_coeff * * Li Co O ..."});
  generation_ = next_generation();
}

double PairDeepmd::init_one(int i, int j) {
  scale_[j][i] = scale_[i][j];
  return cutoff_;
}

void* PairDeepmd::extract(const char* name, int& dimension) {
  if (std::strcmp(name, "scale") == 0) {
    dimension = 2;
    return scale_;
  }
  if (std::strcmp(name, "max_devi_f") == 0) {
    dimension = 0;
    return &largest_deviation_;
  }
  if (std::strcmp(name, "max_devi_f_atom") == 0) {
    dimension = 0;
    return &most_deviating_;
  }
  if (std::strcmp(name, "cut_coul") == 0) {
    dimension = 0;
    return &cutoff_;
  }
  return nullptr;
}

void PairDeepmd::stop(const std::string& what, const std::string& got, const std::string& hint) {
  if (comm->nprocs > 1) {  // only this rank knows
    error->one(__FILE__, __LINE__, format_error({step_text(), what, got, "", hint}));
  }
  fail_run({step_text(), what, got, "", hint});
}

void PairDeepmd::prepare_atoms() {
  const int nlocal = atom->nlocal, nall = nlocal + atom->nghost;
  x_.resize(3 * std::size_t(nall));
  for (int i = 0; i < nall; ++i) {
    for (int k = 0; k < 3; ++k) {
      if (!std::isfinite(atom->x[i][k]))
        stop("a position is not finite", fmt::format("atom {}", atom->tag[i]), "the forces before were too large: relax first, or shorten the time step");
      x_[3 * std::size_t(i) + k] = atom->x[i][k];
    }
  }
  if (neighbor->ago == 0 || neighbours_.nall() != nall) {
    types_.resize(nall);
    for (int i = 0; i < nall; ++i) types_[i] = type_of_[atom->type[i] - 1];
    neighbours_.build(x_.data(), types_.data(), nlocal, nall, cutoff_ + neighbor->skin);
    aparam_.clear();
    find_owners();
    for (int i = 0; i < nlocal; ++i) aparam_.insert(aparam_.end(), settings_.aparam.begin(), settings_.aparam.end());
    generation_ = next_generation();
  }
}

// Message-passing models want to know which atom a ghost is the image of; one rank knows that of all.
void PairDeepmd::find_owners() {
  owner_.clear();
  if (comm->nprocs > 1) return;
  std::unordered_map<tagint, int> local;
  for (int i = 0; i < atom->nlocal; ++i) local[atom->tag[i]] = i;
  for (int i = 0; i < atom->nlocal + atom->nghost; ++i) owner_.push_back(local.at(atom->tag[i]));
}

AtomsView PairDeepmd::view() const {
  AtomsView view;
  view.nlocal = atom->nlocal;
  view.nall = atom->nlocal + atom->nghost;
  view.x = x_.data();
  view.type = types_.data();
  view.neighbours = neighbours_.lists();
  view.neighbour_count = neighbours_.counts();
  view.fparam = settings_.fparam.empty() ? nullptr : settings_.fparam.data();
  view.aparam = settings_.aparam.empty() ? nullptr : aparam_.data();
  view.owner = owner_.empty() ? nullptr : owner_.data();
  view.generation = generation_;
  return view;
}

void PairDeepmd::evaluate(std::size_t model, EvaluationResult& result, bool per_atom) {
  const std::size_t nall = std::size_t(atom->nlocal) + atom->nghost;
  force_[model].resize(3 * nall);
  result.force = force_[model].data();
  if (per_atom) {
    atom_energy_.resize(atom->nlocal);
    atom_virial_.resize(9 * nall);
    result.atom_energy = atom_energy_.data();
    result.atom_virial = atom_virial_.data();
  }
  try {
    models_[model]->compute(view(), result);
  } catch (const Error& error) {
    stop(error.text().where + ": " + error.text().what, error.text().got, error.text().hint);
  }
  std::copy(std::begin(result.virial), std::end(result.virial), virial_of_[model].begin());
}

bool PairDeepmd::deviation_step() const {
  return models_.size() > 1 && settings_.out_freq > 0 && update->ntimestep % settings_.out_freq == 0;
}

void PairDeepmd::compute(int eflag, int vflag) {
  ev_init(eflag, vflag);
  prepare_atoms();
  EvaluationResult result;
  evaluate(0, result, eflag_atom || vflag_atom || cvflag_atom);
  check_finite(result);
  report_limits(result);
  add_to_lammps(result, eflag, vflag);
  if (deviation_step()) {
    evaluate_others();
    write_deviation();
  }
}

void PairDeepmd::check_finite(const EvaluationResult& result) {
  const std::vector<double>& f = force_.front();
  double sum = result.energy;
  for (double value : f) sum += value;
  if (std::isfinite(sum)) return;
  for (std::size_t i = 0; i < f.size() / 3; ++i)
    if (!std::isfinite(f[3 * i] + f[3 * i + 1] + f[3 * i + 2]))
      stop("the potential gives a force that is not a number", fmt::format("atom {}", atom->tag[i]), describe_close_pair());
  stop("the potential gives an energy that is not a number", fmt::format("{}", result.energy), describe_close_pair());
}

// A warning at the 1st, 10th, 100th ... step that shows the trouble: never silent, never a flood.
void PairDeepmd::report_limits(const EvaluationResult& result) {
  const auto due = [](long steps) {
    while (steps >= 10 && steps % 10 == 0) steps /= 10;
    return steps == 1;
  };
  if (result.overflow > 0 && due(++overflow_steps_))
    error->warning(__FILE__, __LINE__, std::string("pair_style deepmd, ") + step_text() + ": " + describe_overflow());
  if (result.too_close > 0 && due(++close_steps_))
    error->warning(__FILE__, __LINE__,
                   std::string("pair_style deepmd, ") + step_text() + fmt::format(": {} pairs closer than the model was trained for; ", result.too_close) + describe_close_pair());
}

std::string PairDeepmd::describe_overflow() const {
  const DeepPotentialModel& model = models_.front()->model();
  const double cut = model.rcut * model.rcut;
  std::vector<int> count(model.sel.size());
  int atoms = 0;
  std::string first;
  for (int i = 0; i < atom->nlocal; ++i) {
    std::fill(count.begin(), count.end(), 0);
    for (int n = 0; n < neighbours_.counts()[i]; ++n) {
      const int j = neighbours_.lists()[i][n];
      double r2 = 0.0;
      for (int k = 0; k < 3; ++k) r2 += (x_[3 * std::size_t(j) + k] - x_[3 * std::size_t(i) + k]) * (x_[3 * std::size_t(j) + k] - x_[3 * std::size_t(i) + k]);
      if (r2 <= cut) ++count[types_[j]];
    }
    for (std::size_t t = 0; t < count.size(); ++t) {
      if (count[t] <= model.sel[t]) continue;
      ++atoms;
      if (first.empty())
        first = fmt::format("atom {} has {} neighbours of {} where the model's sel is {}", atom->tag[i], count[t], model.type_map[t], model.sel[t]);
      break;
    }
  }
  return fmt::format("neighbours beyond the model's sel are left out, farthest first, at {} atoms: {}; energies jump: train with a larger sel", atoms, first);
}

std::string PairDeepmd::describe_close_pair() const {
  double least = HUGE_VAL;
  int a = -1, b = -1;
  for (int i = 0; i < atom->nlocal; ++i) {
    for (int n = 0; n < neighbours_.counts()[i]; ++n) {
      const int j = neighbours_.lists()[i][n];
      double r2 = 0.0;
      for (int k = 0; k < 3; ++k) r2 += (x_[3 * std::size_t(j) + k] - x_[3 * std::size_t(i) + k]) * (x_[3 * std::size_t(j) + k] - x_[3 * std::size_t(i) + k]);
      if (r2 < least) least = r2, a = i, b = j;
    }
  }
  if (a < 0) return "no pair within the cut-off";
  return fmt::format("the closest pair: atoms {} and {}, {:.4f} A apart", atom->tag[a], atom->tag[b], std::sqrt(least));
}

void PairDeepmd::add_to_lammps(const EvaluationResult& result, int eflag, int vflag) {
  const double unit = energy_unit_ * scale_[1][1];
  const std::vector<double>& f = force_.front();
  for (std::size_t i = 0; i < f.size() / 3; ++i)
    for (int k = 0; k < 3; ++k) atom->f[i][k] += unit * f[3 * i + k];
  if (eflag) eng_vdwl += unit * result.energy;
  if (vflag)
    for (int c = 0; c < 6; ++c) virial[c] += unit * result.virial[kLammpsOrder[c]];
  if (eflag_atom)
    for (int i = 0; i < atom->nlocal; ++i) eatom[i] += unit * atom_energy_[i];
  if (!vflag_atom && !cvflag_atom) return;
  for (std::size_t i = 0; i < f.size() / 3; ++i) {
    const double* w = &atom_virial_[9 * i];
    if (cvflag_atom)
      for (int c = 0; c < 9; ++c) cvatom[i][c] += unit * w[kLammpsOrder[c]];
    if (vflag_atom) {  // the symmetric form has room for the mean of xy and yx only
      for (int c = 0; c < 3; ++c) vatom[i][c] += unit * w[kLammpsOrder[c]];
      for (int c = 3; c < 6; ++c) vatom[i][c] += 0.5 * unit * (w[kLammpsOrder[c]] + w[kLammpsOrder[c + 3]]);
    }
  }
}

void PairDeepmd::evaluate_others() {
  for (std::size_t m = 1; m < models_.size(); ++m) {
    EvaluationResult result;
    evaluate(m, result, false);
  }
}

void PairDeepmd::write_deviation() {
  comm->reverse_comm_pair(this);
  const double atoms = static_cast<double>(atom->natoms);
  const std::vector<double> f = force_deviation(force_, atom->nlocal, settings_.relative, settings_.relative_level / energy_unit_);
  double extreme[2] = {0.0, -HUGE_VAL}, sum = 0.0;  // max, -min
  for (double value : f) extreme[0] = std::max(extreme[0], value), extreme[1] = std::max(extreme[1], -value), sum += value;
  double all_extreme[2], all_sum;
  MPI_Allreduce(extreme, all_extreme, 2, MPI_DOUBLE, MPI_MAX, world);
  largest_deviation_ = all_extreme[0] * energy_unit_;
  int most = std::numeric_limits<int>::max();
  for (int i = 0; i < atom->nlocal; ++i)
    if (f[i] == all_extreme[0]) most = std::min(most, static_cast<int>(atom->tag[i]));
  MPI_Allreduce(&most, &most_deviating_, 1, MPI_INT, MPI_MIN, world);
  MPI_Reduce(&sum, &all_sum, 1, MPI_DOUBLE, MPI_SUM, 0, world);
  std::vector<std::array<double, 9>> share = virial_of_, total(share.size());
  for (auto& v : share)
    for (double& value : v) value /= atoms;
  MPI_Reduce(share.data(), total.data(), 9 * static_cast<int>(share.size()), MPI_DOUBLE, MPI_SUM, 0, world);
  const std::vector<double> each = settings_.atomic ? by_id(f) : std::vector<double>{};
  if (comm->me != 0) return;
  const auto v = virial_deviation(total, settings_.relative_v, settings_.relative_v_level / energy_unit_);
  DeviationLine line;
  line.step = static_cast<long>(update->ntimestep);
  line.v_max = *std::max_element(v.begin(), v.end()) * energy_unit_;
  line.v_min = *std::min_element(v.begin(), v.end()) * energy_unit_;
  for (double value : v) line.v_avg += value * value / 9.0;
  line.v_avg = std::sqrt(line.v_avg) * energy_unit_;
  line.f_max = all_extreme[0] * energy_unit_;
  line.f_min = -all_extreme[1] * energy_unit_;
  line.f_avg = all_sum / atoms * energy_unit_;
  line.atoms = each;
  for (double& value : line.atoms) value *= energy_unit_;
  deviation_file_ << deviation_text(line) << std::endl;
  if (!deviation_file_) fail_run({settings_.out_file, "cannot be written", "", "", "is the disk full?"});
}

// On rank 0: one value per atom, in the order of the atoms' ids.
std::vector<double> PairDeepmd::by_id(const std::vector<double>& local) const {
  const int mine = atom->nlocal;
  std::vector<int> counts(comm->nprocs), starts(comm->nprocs, 0);
  MPI_Gather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, world);
  for (int r = 1; r < comm->nprocs; ++r) starts[r] = starts[r - 1] + counts[r - 1];
  std::vector<double> values(std::size_t(atom->natoms));
  std::vector<tagint> ids(values.size());
  MPI_Gatherv(local.data(), mine, MPI_DOUBLE, values.data(), counts.data(), starts.data(), MPI_DOUBLE, 0, world);
  MPI_Gatherv(atom->tag, mine, MPI_LMP_TAGINT, ids.data(), counts.data(), starts.data(), MPI_LMP_TAGINT, 0, world);
  if (comm->me != 0) return {};
  std::map<tagint, double> sorted;
  for (std::size_t i = 0; i < ids.size(); ++i) sorted[ids[i]] = values[i];
  std::vector<double> result;
  for (const auto& [id, value] : sorted) result.push_back(value);
  return result;
}

int PairDeepmd::pack_reverse_comm(int n, int first, double* buffer) {
  int m = 0;
  for (int i = first; i < first + n; ++i)
    for (const auto& f : force_)
      for (int k = 0; k < 3; ++k) buffer[m++] = f[3 * std::size_t(i) + k];
  return m;
}

void PairDeepmd::unpack_reverse_comm(int n, int* list, double* buffer) {
  int m = 0;
  for (int i = 0; i < n; ++i)
    for (auto& f : force_)
      for (int k = 0; k < 3; ++k) f[3 * std::size_t(list[i]) + k] += buffer[m++];
}

double PairDeepmd::memory_usage() {
  double bytes = Pair::memory_usage() + neighbours_.memory() + static_cast<double>(x_.capacity() + atom_virial_.capacity() + atom_energy_.capacity()) * sizeof(double) +
                 static_cast<double>(types_.capacity()) * sizeof(int);
  for (const auto& f : force_) bytes += static_cast<double>(f.capacity()) * sizeof(double);
  return bytes;
}

Pair* make_pair_deepmd(LAMMPS* lmp) { return new PairDeepmd(lmp); }

}  // namespace

void register_pair_deepmd(LAMMPS* lmp) { (*lmp->force->pair_map)["deepmd"] = make_pair_deepmd; }

void choose_evaluator(LAMMPS* lmp, const EvaluatorChoice& choice) { choices[lmp] = choice; }

void forget_evaluator_choice(LAMMPS* lmp) { choices.erase(lmp); }

int chosen_threads(LAMMPS* lmp) {
  const auto choice = choices.find(lmp);
  return choice != choices.end() && choice->second.threads > 0 ? choice->second.threads : threads_of_rank();
}

int threads_of_rank() {
  if (const char* asked = std::getenv("OMP_NUM_THREADS"))
    if (const int threads = std::atoi(asked); threads > 0) return threads;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  MPI_Comm machine;
  int ranks = 1, least = cores;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  MPI_Comm_size(machine, &ranks);
  MPI_Allreduce(&cores, &least, 1, MPI_INT, MPI_MIN, machine);
  MPI_Comm_free(&machine);
  // Ranks bound to cores of their own see only those; unbound ranks see all of them and share.
  const long machine_cores = sysconf(_SC_NPROCESSORS_ONLN);
  const bool bound = ranks > 1 && least < machine_cores;
  return std::max(1, bound ? cores : cores / ranks);
}

}  // namespace lamella::bridge
