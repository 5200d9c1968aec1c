#include "export/vasp.hpp"

#include <fmt/format.h>

#include <map>

#include "base/error.hpp"
#include "export/structure_files.hpp"

namespace lamella {
namespace {

/// Mass-weighted mean of the fractional coordinates, in [0, 1): where VASP centres the dipole.
Fractional centre_of_mass(const Structure& structure) {
  Vec3 sum = Vec3::Zero();
  double mass = 0.0;
  for (std::size_t i = 0; i < structure.size(); ++i) {
    sum += structure.elements[i].mass() * structure.cell.to_fractional(structure.positions[i]).vec();
    mass += structure.elements[i].mass();
  }
  return {wrapped_unit(sum[0] / mass), wrapped_unit(sum[1] / mass), wrapped_unit(sum[2] / mass)};
}

std::string hubbard_lines(const std::vector<Element>& order, double u) {
  const Element cobalt = Element::from_symbol("Co");
  std::string l, uu, j;
  bool any = false;
  for (Element element : order) {
    const bool correlated = element == cobalt;
    any = any || correlated;
    l += correlated ? " 2" : " -1";
    uu += correlated ? fmt::format(" {}", u) : " 0";
    j += " 0";
  }
  if (!any) return "";
  return "LDAU = .TRUE.\nLDAUTYPE = 2\nLDAUL =" + l + "\nLDAUU =" + uu + "\nLDAUJ =" + j + "\nLMAXMIX = 4\n";
}

std::string task_lines(VaspTask task, const VaspOptions& options) {
  switch (task) {
    case VaspTask::relax:
      // The gap between layers closes along c, unless vacuum keeps the cell.
      return fmt::format("IBRION = 2\nNSW = 200\nEDIFFG = -0.01\nISIF = {}\nLREAL = Auto\n", options.vacuum ? 2 : 3);
    case VaspTask::static_:
      return "IBRION = -1\nNSW = 0\nISIF = 2\nLREAL = Auto\n";
    case VaspTask::aimd:
      return fmt::format("IBRION = 0\nNSW = {}\nPOTIM = {}\nMDALGO = 2\nSMASS = 0\nTEBEG = {}\nTEEND = {}\nISIF = 2\nISYM = 0\nLREAL = Auto\n", options.steps,
                         options.timestep, options.temperature, options.temperature);
  }
  return "";
}

}  // namespace

std::string incar_text(VaspTask task, const Structure& structure, const TypeMap& types, const VaspOptions& options) {
  if (!(options.temperature > 0.0) || options.steps < 1 || !(options.timestep > 0.0))
    fail_input({"VASP deck", "temperature, steps and time step must be positive", fmt::format("{:g} K, {}, {:g} fs", options.temperature, options.steps, options.timestep), "> 0", ""});
  std::string text =
      "ENCUT = 520\nEDIFF = 1E-5\nGGA = PE\nISPIN = 1\nISMEAR = 0\nSIGMA = 0.05\nLASPH = .TRUE.\nLWAVE = .FALSE.\nLCHARG = .FALSE.\n";
  text += task_lines(task, options);
  text += hubbard_lines(present_elements(structure, types), options.co_u);
  if (options.kspacing > 0.0) text += fmt::format("KSPACING = {}\nKGAMMA = .TRUE.\n", options.kspacing);
  if (options.vacuum) {
    const Fractional centre = centre_of_mass(structure);
    text += fmt::format("IDIPOL = 3\nLDIPOL = .TRUE.\nDIPOL = {:.6f} {:.6f} {:.6f}\n", centre.x(), centre.y(), centre.z());
  }
  return text;
}

std::string kpoints_text() { return "Gamma point only\n0\nGamma\n1 1 1\n0 0 0\n"; }

std::string potcar_name(Element element) {
  static const std::map<std::string, std::string> variants = {
      {"Li", "Li_sv"}, {"Na", "Na_pv"}, {"K", "K_sv"},   {"Rb", "Rb_sv"}, {"Cs", "Cs_sv"}, {"Ca", "Ca_sv"}, {"Sr", "Sr_sv"},
      {"Ba", "Ba_sv"}, {"Sc", "Sc_sv"}, {"Ti", "Ti_sv"}, {"V", "V_sv"},   {"Cr", "Cr_pv"}, {"Mn", "Mn_pv"}, {"Ga", "Ga_d"},
      {"Ge", "Ge_d"},  {"Y", "Y_sv"},   {"Zr", "Zr_sv"}, {"Nb", "Nb_sv"}, {"Mo", "Mo_sv"}, {"In", "In_d"},  {"Sn", "Sn_d"},
      {"Hf", "Hf_pv"}, {"Ta", "Ta_pv"}, {"W", "W_sv"}};
  const auto found = variants.find(element.symbol());
  return found == variants.end() ? element.symbol() : found->second;
}

std::string potcar_spec_text(const Structure& structure, const TypeMap& types) {
  std::string text;
  for (Element element : present_elements(structure, types)) text += potcar_name(element) + "\n";
  return text;
}

std::string vasp_task_name(VaspTask task) {
  return task == VaspTask::relax ? "relax" : task == VaspTask::static_ ? "static" : "aimd";
}

}  // namespace lamella
