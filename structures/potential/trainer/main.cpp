// Trains a small se_e2_a Deep Potential on one core; recipe: ../README.md. Reads and writes models as model_file.py does.
// usage: trainer FRAMES MODEL [key=value ...]; MODEL is made when it is missing (start=FILE: with that model's weights), trained in place, and resumed.
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "model.hpp"

namespace {

using namespace trainer;

struct File {
  Shape shape;
  float scale = 1.0f;
  std::vector<double> bias;
  std::vector<float> parameters, first, second, average;  // Adam's moments; running average of the parameters
  long step = 0;
};

template <class T>
void line(std::ostream& out, const char* name, const std::vector<T>& values) {
  out << name;
  char text[40];
  for (const T v : values) {
    std::snprintf(text, sizeof text, " %.17g", double(v));
    out << text;
  }
  out << '\n';
}

void write(const std::string& file, const File& f) {
  const std::string partial = file + ".part";
  {
    std::ofstream out(partial, std::ios::binary);
    line(out, "ntypes", std::vector<int>{f.shape.ntypes});
    line(out, "axis", std::vector<int>{f.shape.axis});
    line(out, "sum_sel", std::vector<int>{f.shape.sum_sel});
    line(out, "rcut", std::vector<double>{f.shape.rcut});
    line(out, "rcut_smth", std::vector<double>{f.shape.rcut_smth});
    line(out, "embedding", f.shape.embedding);
    line(out, "fitting", f.shape.fitting);
    line(out, "std_radial", f.shape.std_radial);
    line(out, "std_angular", f.shape.std_angular);
    line(out, "bias", f.bias);
    line(out, "scale", std::vector<float>{f.scale});
    line(out, "step", std::vector<long>{f.step});
    line(out, "count", std::vector<std::size_t>{f.parameters.size()});
    for (const auto* v : {&f.parameters, &f.average, &f.first, &f.second})
      out.write(reinterpret_cast<const char*>(v->data()), static_cast<std::streamsize>(v->size() * sizeof(float)));
    if (!out) throw std::runtime_error("cannot write " + partial);
  }
  std::filesystem::rename(partial, file);
}

File read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::map<std::string, std::vector<double>> head;
  std::string text;
  while (std::getline(in, text)) {
    std::istringstream words(text);
    std::string name;
    words >> name;
    for (double v; words >> v;) head[name].push_back(v);
    if (name == "count") break;
  }
  File f;
  f.shape.ntypes = int(head.at("ntypes")[0]);
  f.shape.axis = int(head.at("axis")[0]);
  f.shape.sum_sel = int(head.at("sum_sel")[0]);
  f.shape.rcut = head.at("rcut")[0];
  f.shape.rcut_smth = head.at("rcut_smth")[0];
  f.shape.embedding.assign(head.at("embedding").begin(), head.at("embedding").end());
  f.shape.fitting.assign(head.at("fitting").begin(), head.at("fitting").end());
  f.shape.std_radial.assign(head.at("std_radial").begin(), head.at("std_radial").end());
  f.shape.std_angular.assign(head.at("std_angular").begin(), head.at("std_angular").end());
  f.bias = head.at("bias");
  f.scale = float(head.at("scale")[0]);
  f.step = long(head.at("step")[0]);
  for (auto* v : {&f.parameters, &f.average, &f.first, &f.second}) {
    v->resize(std::size_t(head.at("count")[0]));
    in.read(reinterpret_cast<char*>(v->data()), static_cast<std::streamsize>(v->size() * sizeof(float)));
  }
  if (!in) throw std::runtime_error(file + " ends early");
  return f;
}

class Options {
 public:
  Options(int argc, char** argv) {
    for (int k = 3; k < argc; ++k) {
      const std::string word = argv[k];
      const auto at = word.find('=');
      if (at == std::string::npos) throw std::runtime_error("not key=value: " + word);
      values_[word.substr(0, at)] = word.substr(at + 1);
    }
  }
  std::string text(const std::string& key) const { return values_.count(key) ? values_.at(key) : std::string(); }
  double number(const std::string& key, double fallback) const { return values_.count(key) ? std::stod(values_.at(key)) : fallback; }
  std::vector<int> list(const std::string& key, std::vector<int> fallback) const {
    if (!values_.count(key)) return fallback;
    std::vector<int> result;
    std::istringstream words(values_.at(key));
    for (std::string w; std::getline(words, w, ',');) result.push_back(std::stoi(w));
    return result;
  }

 private:
  std::map<std::string, std::string> values_;
};

/// Uniform in (0, 1): the same on every machine, which std::uniform_real_distribution is not.
double uniform(std::mt19937_64& engine) { return (double(engine() >> 11) + 0.5) * 0x1.0p-53; }

double normal(std::mt19937_64& engine) {
  const double a = uniform(engine), b = uniform(engine);
  return std::sqrt(-2.0 * std::log(a)) * std::cos(2.0 * M_PI * b);
}

void statistics(const std::vector<Frame>& frames, File& f) {
  std::vector<double> radial(f.shape.ntypes, 1e-12), angular(f.shape.ntypes, 1e-12), count(f.shape.ntypes, 1e-12);
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(f.shape.ntypes, f.shape.ntypes);
  Eigen::VectorXd b = Eigen::VectorXd::Zero(f.shape.ntypes);
  for (const Frame& frame : frames) {
    for (const auto& edges : frame.edges)
      for (const Edge& e : edges) {
        const double r = std::sqrt(double(e.d[0]) * e.d[0] + double(e.d[1]) * e.d[1] + double(e.d[2]) * e.d[2]);
        const double u = (r - f.shape.rcut_smth) / (f.shape.rcut - f.shape.rcut_smth);
        const double w = u < 0 ? 1.0 : u * u * u * (-6 * u * u + 15 * u - 10) + 1;
        const auto t = std::size_t(frame.types[std::size_t(e.centre)]);
        radial[t] += w * w / (r * r);
        angular[t] += w * w / (r * r) / 3.0;
        count[t] += 1;
      }
    Eigen::VectorXd n = Eigen::VectorXd::Zero(f.shape.ntypes);
    for (const int t : frame.types) n[t] += 1;
    a += n * n.transpose() / frame.atoms;
    b += n * frame.energy / frame.atoms;
  }
  a += 1e-4 * Eigen::MatrixXd::Identity(f.shape.ntypes, f.shape.ntypes);
  const Eigen::VectorXd bias = a.ldlt().solve(b);
  f.bias.assign(bias.data(), bias.data() + bias.size());
  for (int t = 0; t < f.shape.ntypes; ++t) {
    f.shape.std_radial.push_back(float(std::sqrt(radial[t] / count[t])));
    f.shape.std_angular.push_back(float(std::sqrt(angular[t] / count[t])));
  }
}

File fresh(const Options& options, const std::vector<Frame>& frames) {
  File f;
  f.shape.embedding = options.list("embedding", f.shape.embedding);
  f.shape.fitting = options.list("fitting", f.shape.fitting);
  f.shape.axis = int(options.number("axis", f.shape.axis));
  f.shape.sum_sel = int(options.number("sum_sel", f.shape.sum_sel));
  f.shape.rcut_smth = options.number("rcut_smth", f.shape.rcut_smth);
  f.scale = float(options.number("scale", 10.0));
  statistics(frames, f);
  Model model(f.shape);
  f.parameters.assign(model.size(), 0.0f);
  std::mt19937_64 engine(std::uint64_t(options.number("seed", 1)));
  const auto draw = [&](const Chain& chain) {
    for (const Layer& l : chain.layers()) {
      float* p = f.parameters.data() + l.offset;
      for (int k = 0; k < l.in * l.out; ++k) p[k] = float(normal(engine) / std::sqrt(double(l.in + l.out)));
      for (int k = 0; k < l.out; ++k) p[l.in * l.out + k] = l.linear ? 0.0f : float(normal(engine) * 0.5);
    }
  };
  for (const Chain& c : model.embeddings()) draw(c);
  for (const Chain& c : model.fittings()) draw(c);
  f.average = f.parameters;
  f.first.assign(model.size(), 0.0f);
  f.second.assign(model.size(), 0.0f);
  return f;
}

/// MODEL as its last save left it, else another model at step 0, else new: a training killed before its first save starts as it did.
File begun(const std::string& file, const Options& options, const std::vector<Frame>& frames) {
  if (std::filesystem::exists(file)) return read(file);
  const std::string other = options.text("start");
  if (other.empty()) return fresh(options, frames);
  File f = read(other);
  f.step = 0;
  return f;
}

void add(Errors& sum, const Errors& e) {
  sum.energy += e.energy;
  sum.force += e.force;
  sum.virial += e.virial;
  sum.weighted += e.weighted;
  sum.frames += e.frames;
  sum.components += e.components;
}

void report(Model& model, const float* p, const std::vector<Frame>& frames, const Weights& weights) {
  std::map<std::string, Errors> by_family;
  for (const Frame& f : frames) {
    const Errors e = model.batch(p, {&f}, weights, nullptr);
    for (const std::string& name : {f.family, std::string("~all")}) {
      add(by_family[name], e);
    }
  }
  std::printf("%-24s %6s %9s %9s %9s %9s\n", "family", "frames", "meV/atom", "meV/A", "weighted", "virial");
  for (const auto& [name, e] : by_family)
    std::printf("%-24s %6.0f %9.2f %9.1f %9.1f %9.2f\n", name.c_str(), e.frames, 1e3 * std::sqrt(e.energy / e.frames), 1e3 * std::sqrt(e.force / e.components),
                1e3 * std::sqrt(e.weighted / e.components), 1e3 * std::sqrt(e.virial / e.frames));
  std::fflush(stdout);
}

/// The analytic gradient against differences of the loss; for the tests.
int check(Model& model, File& f, const std::vector<Frame>& frames, const Weights& weights) {
  std::vector<const Frame*> some;
  for (std::size_t k = 0; k < std::min<std::size_t>(2, frames.size()); ++k) some.push_back(&frames[k]);
  const auto loss = [&](const std::vector<float>& p) {
    double sum = 0.0;
    for (const Frame* frame : some) {
      const Errors e = model.batch(p.data(), {frame}, weights, nullptr);
      double rms = 0.0;
      for (const float x : frame->forces) rms += double(x) * x;
      const double calm = weights.relative / (std::sqrt(rms / frame->atoms) + weights.relative);
      sum += weights.energy * calm * calm * e.energy * frame->atoms + weights.force * e.weighted / e.components + weights.virial * calm * calm * e.virial * frame->atoms;
    }
    return sum / double(some.size());
  };
  std::vector<float> gradient(model.size(), 0.0f);
  model.batch(f.parameters.data(), some, weights, gradient.data());
  std::mt19937_64 engine(7);
  double worst = 0.0;
  for (int trial = 0; trial < 12; ++trial) {
    std::vector<float> direction(model.size()), up = f.parameters, down = f.parameters;
    double expected = 0.0;
    for (std::size_t k = 0; k < direction.size(); ++k) {
      direction[k] = float(normal(engine));
      expected += double(direction[k]) * gradient[k];
      up[k] += 1e-3f * direction[k];
      down[k] -= 1e-3f * direction[k];
    }
    const double found = (loss(up) - loss(down)) / 2e-3;
    std::printf("%14.6g %14.6g\n", expected, found);
    worst = std::max(worst, std::abs(expected - found) / (std::abs(expected) + std::abs(found)));
  }
  std::printf("worst relative difference %.2e\n", worst);
  return worst < 2e-2 ? 0 : 1;
}

/// One batch shared by threads, frame by frame; always summed in the same order.
class Team {
 public:
  Team(const Model& model, std::size_t threads) : models_(threads, model), gradients_(threads, std::vector<float>(model.size())) {}

  void batch(const float* p, const std::vector<const Frame*>& frames, const Weights& weights, std::vector<float>& gradient, Errors& errors) {
    const std::size_t n = std::min(models_.size(), frames.size());
    std::vector<std::vector<const Frame*>> shares(n);
    std::vector<Errors> found(n);
    for (std::size_t k = 0; k < frames.size(); ++k) shares[k % n].push_back(frames[k]);
    const auto work = [&](std::size_t t) {
      std::fill(gradients_[t].begin(), gradients_[t].end(), 0.0f);
      found[t] = models_[t].batch(p, shares[t], weights, gradients_[t].data());
    };
    std::vector<std::thread> others;
    for (std::size_t t = 1; t < n; ++t) others.emplace_back(work, t);
    work(0);
    for (auto& other : others) other.join();
    std::fill(gradient.begin(), gradient.end(), 0.0f);
    for (std::size_t t = 0; t < n; ++t) {
      // Each share is a mean over its own frames.
      const float part = float(shares[t].size()) / float(frames.size());
      for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += part * gradients_[t][k];
      add(errors, found[t]);
    }
  }

 private:
  std::vector<Model> models_;
  std::vector<std::vector<float>> gradients_;
};

void train(const std::string& file, File& f, Model& model, const std::vector<Frame>& frames, const Options& options) {
  const long steps = long(options.number("steps", 1000)), save = long(options.number("save", 2000)), show = long(options.number("show", 500));
  const long until = std::min(steps, long(options.number("until", double(steps))));  // stops there, as a kill after that step's save would
  const double start_lr = options.number("start_lr", 2e-3), stop_lr = options.number("stop_lr", 1e-5);
  const int batch_atoms = int(options.number("batch_atoms", 150));
  const double keep = options.number("average", 0.999);
  Weights start, stop;
  start.relative = stop.relative = options.number("relative", 4.0);
  start.energy = options.number("start_energy", 0.02);
  stop.energy = options.number("energy", 2.0);
  start.force = options.number("start_force", 100.0);
  stop.force = options.number("force", 20.0);
  start.virial = options.number("start_virial", 0.02);
  stop.virial = options.number("virial", 0.5);
  std::vector<double> cumulative;
  double sum = 0.0;
  for (const Frame& frame : frames) cumulative.push_back(sum += frame.weight);
  std::vector<float> gradient(model.size());
  Team team(model, std::size_t(options.number("threads", 1)));
  Errors errors;
  auto begin = std::chrono::steady_clock::now();
  const std::uint64_t seed = std::uint64_t(options.number("seed", 1));
  while (f.step < until) {
    // A generator per step, so that a resumed training draws what an unbroken one draws.
    std::mt19937_64 engine(seed * 1000003u + std::uint64_t(f.step));
    engine.discard(4);
    const double done = double(f.step) / double(steps);
    const double warm = std::min(1.0, double(f.step + 1) / 200.0);
    const double lr = start_lr * std::pow(stop_lr / start_lr, done), mix = (lr - stop_lr) / (start_lr - stop_lr);
    Weights w;
    w.relative = start.relative;
    w.energy = stop.energy + (start.energy - stop.energy) * mix;
    w.force = stop.force + (start.force - stop.force) * mix;
    w.virial = stop.virial + (start.virial - stop.virial) * mix;
    std::vector<const Frame*> chosen;
    for (int atoms = 0; atoms < batch_atoms; atoms += chosen.back()->atoms) {
      const double x = uniform(engine) * sum;
      chosen.push_back(&frames[std::size_t(std::min<std::ptrdiff_t>(std::ptrdiff_t(frames.size()) - 1, std::upper_bound(cumulative.begin(), cumulative.end(), x) - cumulative.begin()))]);
    }
    team.batch(f.parameters.data(), chosen, w, gradient, errors);
    ++f.step;
    const float c1 = 1.0f - float(std::pow(0.9, double(std::min(f.step, 2000L)))), c2 = 1.0f - float(std::pow(0.999, double(std::min(f.step, 20000L))));
    const float kept = float(std::min(keep, double(f.step) / double(f.step + 10)));
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      const float g = gradient[k];
      f.first[k] += 0.1f * (g - f.first[k]);
      f.second[k] += 0.001f * (g * g - f.second[k]);
      f.parameters[k] -= float(lr * warm) * (f.first[k] / c1) / (std::sqrt(f.second[k] / c2) + 1e-8f);
      f.average[k] += (1.0f - kept) * (f.parameters[k] - f.average[k]);
    }
    if (f.step % show == 0 || f.step == until) {
      const auto now = std::chrono::steady_clock::now();
      std::printf("step %ld lr %.2e  %.2f meV/atom  %.1f meV/A  weighted %.1f  %.2f ms/step\n", f.step, lr, 1e3 * std::sqrt(errors.energy / errors.frames),
                  1e3 * std::sqrt(errors.force / errors.components), 1e3 * std::sqrt(errors.weighted / errors.components),
                  std::chrono::duration<double, std::milli>(now - begin).count() / double(show));
      std::fflush(stdout);
      begin = now;
      errors = {};
    }
    if (f.step % save == 0 || f.step == until) write(file, f);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);  // matrices of every batch from the heap, not from fresh pages
  mallopt(M_TRIM_THRESHOLD, 1 << 30);

  if (argc < 3) {
    std::cerr << "usage: trainer FRAMES MODEL [key=value ...]\n";
    return 2;
  }
  const Options options(argc, argv);
  const std::vector<Frame> frames = read_frames(argv[1], int(options.number("ntypes", 7)), options.number("rcut", 6.0));
  File f = begun(argv[2], options, frames);
  Model model(f.shape);
  model.bias = f.bias;
  model.descriptor_scale = f.scale;
  Weights weights;
  weights.relative = options.number("relative", 4.0);
  if (options.number("check", 0) > 0) return check(model, f, frames, weights);
  train(argv[2], f, model, frames, options);
  report(model, f.average.data(), frames, weights);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "trainer: " << error.what() << '\n';
  return 1;
}
