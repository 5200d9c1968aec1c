#include "runner/lammps_bridge.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <stdexcept>

#include "base/error.hpp"
#include "runner/lammps_headers.hpp"
#include "runner/pair_deepmd.hpp"
#include "runner/pair_ions.hpp"
#include "runner/step_hook.hpp"

#include <library.h>

namespace LAMMPS_NS {

// LAMMPS calls this after it made its style tables: when it starts and after every `clear`. Ours, found first by the dynamic
// linker, does the original's work and then adds the program's own styles.
void LAMMPS::post_create() {
  using Member = void (*)(LAMMPS*);
  static const auto original = reinterpret_cast<Member>(dlsym(RTLD_NEXT, "_ZN9LAMMPS_NS6LAMMPS11post_createEv"));
  original(this);
  lamella::bridge::install_step_hook(this);
  lamella::bridge::register_step_fix(this);
  lamella::bridge::register_pair_deepmd(this);
  lamella::bridge::register_pair_ions(this);
}

}  // namespace LAMMPS_NS

namespace lamella::bridge {

namespace {

using namespace LAMMPS_NS;

LAMMPS* of(void* lammps) { return static_cast<LAMMPS*>(lammps); }

void finish_mpi() {
  int finished = 0;
  MPI_Finalized(&finished);
  if (!finished) MPI_Finalize();
}

// Every rank's rows of `width` numbers, by atom id; `rows` holds this rank's in its own order.
template <class T>
std::vector<T> gathered(LAMMPS* lmp, const std::vector<T>& rows, int width, MPI_Datatype datatype) {
  const int mine = lmp->atom->nlocal;
  int ranks = 1;
  MPI_Comm_size(lmp->world, &ranks);
  std::vector<int> counts(ranks), starts(ranks), counts_wide(ranks), starts_wide(ranks);
  MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, lmp->world);
  std::exclusive_scan(counts.begin(), counts.end(), starts.begin(), 0);
  const int total = starts.back() + counts.back();
  for (int r = 0; r < ranks; ++r) counts_wide[r] = width * counts[r], starts_wide[r] = width * starts[r];
  std::vector<tagint> ids(total);
  std::vector<T> all(std::size_t(total) * width);
  MPI_Allgatherv(lmp->atom->tag, mine, MPI_LMP_TAGINT, ids.data(), counts.data(), starts.data(), MPI_LMP_TAGINT, lmp->world);
  MPI_Allgatherv(rows.data(), width * mine, datatype, all.data(), counts_wide.data(), starts_wide.data(), datatype, lmp->world);
  std::vector<int> order(total);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return ids[a] < ids[b]; });
  std::vector<T> sorted(all.size());
  for (int i = 0; i < total; ++i) std::copy_n(&all[std::size_t(order[i]) * width], width, &sorted[std::size_t(i) * width]);
  return sorted;
}

}  // namespace

void start_mpi() {
  int started = 0;
  MPI_Initialized(&started);
  if (started) return;
  // Started without mpirun, OpenMPI would start a helper process first, for spawning ranks that nobody asks for.
  // hwloc (below MPI) complains on standard error where there is no /sys, in a chroot for one: our first line is the error's.
  setenv("HWLOC_HIDE_ERRORS", "2", 0);
  if (!std::getenv("OMPI_COMM_WORLD_SIZE") && !std::getenv("PMIX_RANK")) setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  std::atexit(finish_mpi);
}

int mpi_rank() {
  start_mpi();
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int mpi_size() {
  start_mpi();
  int size = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

void on_root(const std::function<void()>& work) {
  const bool root = mpi_rank() == 0;
  int failure = 0;
  std::string text[5];
  if (root) {
    try {
      work();
    } catch (const Error& error) {
      failure = static_cast<int>(error.failure());
      const ErrorText& t = error.text();
      text[0] = t.where, text[1] = t.what, text[2] = t.got, text[3] = t.allowed, text[4] = t.hint;
    } catch (const std::exception& error) {
      failure = static_cast<int>(Failure::while_running);
      text[1] = error.what();
    }
  }
  MPI_Bcast(&failure, 1, MPI_INT, 0, MPI_COMM_WORLD);
  if (!failure) return;
  for (std::string& part : text) {
    int length = static_cast<int>(part.size());
    MPI_Bcast(&length, 1, MPI_INT, 0, MPI_COMM_WORLD);
    part.resize(static_cast<std::size_t>(length));
    MPI_Bcast(part.data(), length, MPI_CHAR, 0, MPI_COMM_WORLD);
  }
  throw Error(static_cast<Failure>(failure), {text[0], text[1], text[2], text[3], text[4]});
}

bool any_rank(bool flag) {
  start_mpi();
  int mine = flag, any = 0;
  MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return any != 0;
}

void choose_evaluator(void* lammps, const EvaluatorChoice& choice) { choose_evaluator(of(lammps), choice); }

void* open(const std::vector<std::string>& arguments) {
  if (!lammps_throws()) throw std::logic_error("link the program with its symbols exported (ENABLE_EXPORTS), or LAMMPS ends it on errors");
  start_mpi();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return new LAMMPS(static_cast<int>(argv.size()), argv.data(), MPI_COMM_WORLD);
}

void close(void* lammps) {
  LAMMPS* lmp = of(lammps);
  delete lmp;
  remove_step_hook(lmp);
  forget_evaluator_choice(lmp);
}

void command(void* lammps, const std::string& line) { of(lammps)->input->one(line); }

void commands(void* lammps, const std::string& lines) { lammps_commands_string(lammps, lines.c_str()); }

void file(void* lammps, const std::string& path) { of(lammps)->input->file(path.c_str()); }

void given_input(void* lammps) { of(lammps)->input->file(); }

double thermo(void* lammps, const std::string& keyword) {
  if (keyword.starts_with("v_")) {
    auto* value = static_cast<double*>(lammps_extract_variable(lammps, keyword.c_str() + 2, nullptr));
    if (!value) throw LammpsError{"no such equal-style variable", keyword};
    const double result = *value;
    lammps_free(value);
    return result;
  }
  std::string name = keyword;
  return lammps_get_thermo(lammps, name.c_str());
}

ThermoState thermo_state(void* lammps) {
  LAMMPS* lmp = of(lammps);
  const auto compute = [&](const char* id) { return lmp->modify->compute[lmp->modify->find_compute(id)]; };
  Compute *temperature = compute("thermo_temp"), *pressure = compute("thermo_press");
  ThermoState state;
  state.temperature = temperature->compute_scalar();
  state.kinetic = 0.5 * temperature->dof * lmp->force->boltz * state.temperature;
  state.potential = compute("thermo_pe")->compute_scalar();
  state.pressure = pressure->compute_scalar();
  pressure->compute_vector();
  std::copy_n(pressure->vector, 6, state.stress);
  return state;
}

double timestep(void* lammps) { return of(lammps)->update->dt; }

long atom_count(void* lammps) { return static_cast<long>(of(lammps)->atom->natoms); }

long current_step(void* lammps) { return static_cast<long>(of(lammps)->update->ntimestep); }

std::vector<Cartesian> gather(void* lammps, AtomVector what) {
  LAMMPS* lmp = of(lammps);
  const int n = lmp->atom->nlocal;
  double** source = what == AtomVector::velocity ? lmp->atom->v : what == AtomVector::force ? lmp->atom->f : lmp->atom->x;
  std::vector<double> rows(3 * std::size_t(n));
  for (int i = 0; i < n; ++i) {
    if (what == AtomVector::unwrapped) lmp->domain->unmap(source[i], lmp->atom->image[i], &rows[3 * std::size_t(i)]);
    else std::copy_n(source[i], 3, &rows[3 * std::size_t(i)]);
  }
  const std::vector<double> all = gathered(lmp, rows, 3, MPI_DOUBLE);
  std::vector<Cartesian> vectors(all.size() / 3);
  for (std::size_t i = 0; i < vectors.size(); ++i) vectors[i] = Cartesian(all[3 * i], all[3 * i + 1], all[3 * i + 2]);
  return vectors;
}

std::vector<int> gather_types(void* lammps) {
  LAMMPS* lmp = of(lammps);
  return gathered(lmp, std::vector<int>(lmp->atom->type, lmp->atom->type + lmp->atom->nlocal), 1, MPI_INT);
}

std::vector<int> gather_ids(void* lammps) {
  LAMMPS* lmp = of(lammps);
  return gathered(lmp, std::vector<int>(lmp->atom->tag, lmp->atom->tag + lmp->atom->nlocal), 1, MPI_INT);
}

Cell box(void* lammps) {
  const Domain& d = *of(lammps)->domain;
  const bool tilted = d.triclinic;
  Mat3 rows;
  rows << d.xprd, 0.0, 0.0, tilted ? d.xy : 0.0, d.yprd, 0.0, tilted ? d.xz : 0.0, tilted ? d.yz : 0.0, d.zprd;
  return Cell(rows);
}

Cartesian box_origin(void* lammps) {
  const double* low = of(lammps)->domain->boxlo;
  return Cartesian(low[0], low[1], low[2]);
}

void on_step(void* lammps, long every, std::function<void(long)> callback) {
  set_step_callback(of(lammps), every, std::move(callback));
}

void rewrite_runs(void* lammps, std::function<std::vector<std::string>(const std::vector<std::string>&)> rewriter) {
  set_run_rewriter(of(lammps), std::move(rewriter));
}

void write_data_through(void* lammps, std::function<void(const std::string&, const std::string&)> writer) {
  set_data_writer(of(lammps), std::move(writer));
}

bool log_is_whole(void* lammps) {
  std::FILE* log = of(lammps)->logfile;
  return !log || (std::fflush(log) == 0 && !std::ferror(log));
}

void end_log(void* lammps) {
  LAMMPS* lmp = of(lammps);
  if (lmp->logfile) std::fclose(lmp->logfile);
  lmp->logfile = nullptr;
  if (lmp->universe->nworlds == 1) lmp->universe->ulogfile = nullptr;
}

void dumps_are_current(void* lammps) {
  LAMMPS* lmp = of(lammps);
  for (int i = 0; i < lmp->output->ndump; ++i) lmp->output->last_dump[i] = lmp->update->ntimestep;
}

void end_run_soon(void* lammps) { of(lammps)->timer->force_timeout(); }

double last_force_deviation(void* lammps) {
  Pair* pair = of(lammps)->force->pair_match("deepmd", 0);
  int dimension = 0;
  const void* value = pair ? pair->extract("max_devi_f", dimension) : nullptr;
  return value ? *static_cast<const double*>(value) : -1.0;
}

int most_deviating_atom(void* lammps) {
  Pair* pair = of(lammps)->force->pair_match("deepmd", 0);
  int dimension = 0;
  const void* value = pair ? pair->extract("max_devi_f_atom", dimension) : nullptr;
  return value ? *static_cast<const int*>(value) : 0;
}

std::string variable(void* lammps, const std::string& name) {
  void* value = lammps_extract_variable(lammps, name.c_str(), nullptr);
  return value ? std::string(static_cast<const char*>(value)) : std::string();
}

}  // namespace lamella::bridge
