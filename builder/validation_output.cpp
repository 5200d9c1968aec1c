#include <fmt/format.h>

#include <map>

#include "builder/validate.hpp"
#include "export/picture.hpp"
#include "export/plot.hpp"
#include "export/text.hpp"

namespace lamella {

using Json = nlohmann::ordered_json;

namespace {

Json summary_json(const ErrorSummary& errors, const char* unit) {
  if (errors.count == 0) return nullptr;
  return {{"rmse", errors.rmse()}, {"mae", errors.mae()}, {"max", errors.largest}, {"count", errors.count}, {"unit", unit}};
}

Json errors_json(const LabelErrors& errors) {
  return {{"frames", errors.frames},
          {"atoms", errors.atoms},
          {"energy_per_atom", summary_json(errors.energy, "eV/atom")},
          {"force", summary_json(errors.force, "eV/A")},
          {"virial_per_atom", summary_json(errors.virial, "eV/atom")}};
}

std::string rmse_note(const ErrorSummary& errors, double factor, const char* unit) {
  return errors.count ? fmt::format("RMSE {:.4g} {}", errors.rmse() * factor, unit) : "";
}

/// Families as groups, in the order of their names.
std::map<std::string, int> family_groups(const Validation& validation, ParityPanel& panel) {
  std::map<std::string, int> groups;
  for (const auto& [family, errors] : validation.families) {
    const auto group = static_cast<int>(groups.size());
    groups[family] = group;
    panel.legend.push_back({layer_colour(static_cast<std::size_t>(group)), family});
  }
  if (panel.legend.size() > 8)
    for (auto& entry : panel.legend) entry.second.clear();  // colours alone, or the words would cover the points
  return groups;
}

}  // namespace

Json validation_json(const Validation& validation) {
  Json json = errors_json(validation.all);
  json["sel_overflow"] = validation.overflow;
  json["families"] = Json::array();
  for (const auto& [family, errors] : validation.families) {
    Json entry = {{"family", family}};
    entry.update(errors_json(errors));
    json["families"].push_back(entry);
  }
  json["elements"] = Json::array();
  for (const auto& [element, errors] : validation.elements) json["elements"].push_back({{"element", element}, {"force", summary_json(errors, "eV/A")}});
  return json;
}

std::string energy_csv(const std::vector<LabelledFrame>& frames, const Validation& validation) {
  TextBuilder text(frames.size() * 80 + 100);
  text << "frame,family,atoms,reference_eV_per_atom,predicted_eV_per_atom\n";
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (!frames[f].energy) continue;
    const auto n = static_cast<double>(frames[f].structure.size());
    text << static_cast<long>(f) << ",\"" << one_line(frames[f].family) << "\"," << static_cast<long>(frames[f].structure.size()) << ',' << *frames[f].energy / n << ',' << validation.predictions[f].energy / n << '\n';
  }
  return text.take();
}

std::string force_csv(const std::vector<LabelledFrame>& frames, const Validation& validation) {
  TextBuilder text(static_cast<std::size_t>(validation.all.atoms) * 150 + 200);
  text << "frame,atom,element,reference_fx_eV_per_A,reference_fy_eV_per_A,reference_fz_eV_per_A,predicted_fx_eV_per_A,predicted_fy_eV_per_A,predicted_fz_eV_per_A\n";
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const std::vector<std::string> symbols = symbol_table(frames[f].structure);
    for (std::size_t i = 0; i < frames[f].forces.size(); ++i) {
      const Cartesian &r = frames[f].forces[i], &p = validation.predictions[f].forces[i];
      text << static_cast<long>(f) << ',' << static_cast<long>(i + 1) << ',' << symbols[frames[f].structure.elements[i].number()] << ',' << r.x() << ',' << r.y() << ',' << r.z() << ',' << p.x() << ',' << p.y() << ','
           << p.z() << '\n';
    }
  }
  return text.take();
}

std::string virial_csv(const std::vector<LabelledFrame>& frames, const Validation& validation) {
  static constexpr const char* names[9] = {"xx", "xy", "xz", "yx", "yy", "yz", "zx", "zy", "zz"};
  TextBuilder text(frames.size() * 600 + 200);
  text << "frame,family,component,reference_eV_per_atom,predicted_eV_per_atom\n";
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (!frames[f].virial) continue;
    const auto n = static_cast<double>(frames[f].structure.size());
    for (int k = 0; k < 9; ++k)
      text << static_cast<long>(f) << ",\"" << one_line(frames[f].family) << "\"," << names[k] << ',' << (*frames[f].virial)(k / 3, k % 3) / n << ',' << validation.predictions[f].virial(k / 3, k % 3) / n << '\n';
  }
  return text.take();
}

std::string parity_png(const std::vector<LabelledFrame>& frames, const Validation& validation) {
  ParityPanel energy{"energy, eV/atom", rmse_note(validation.all.energy, 1000.0, "meV/atom"), {}, {}};
  ParityPanel force{"force, eV/\xc3\x85", rmse_note(validation.all.force, 1.0, "eV/\xc3\x85"), {}, {}};
  ParityPanel virial{"virial, eV/atom", rmse_note(validation.all.virial, 1000.0, "meV/atom"), {}, {}};
  const auto families = family_groups(validation, energy);
  family_groups(validation, virial);
  std::map<std::string, int> elements;
  for (const auto& [symbol, errors] : validation.elements) {
    elements.emplace(symbol, static_cast<int>(elements.size()));
    force.legend.push_back({element_colour(Element::from_symbol(symbol)), symbol});
  }
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const LabelledFrame& frame = frames[f];
    const Prediction& prediction = validation.predictions[f];
    const auto n = static_cast<double>(frame.structure.size());
    const int family = families.at(frame.family);
    if (frame.energy) energy.points.push_back({*frame.energy / n, prediction.energy / n, family});
    if (frame.virial)
      for (int k = 0; k < 9; ++k) virial.points.push_back({(*frame.virial)(k / 3, k % 3) / n, prediction.virial(k / 3, k % 3) / n, family});
    for (std::size_t i = 0; i < frame.forces.size(); ++i)
      for (int k = 0; k < 3; ++k) force.points.push_back({frame.forces[i][k], prediction.forces[i][k], elements.at(frame.structure.elements[i].symbol())});
  }
  return parity_plot_png({energy, force, virial});
}

}  // namespace lamella
