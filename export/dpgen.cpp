#include "export/dpgen.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "export/structure_files.hpp"
#include "export/vasp.hpp"

namespace lamella {
using Json = nlohmann::ordered_json;

namespace {

Json symbols(const std::vector<Element>& elements) {
  Json names = Json::array();
  for (Element element : elements) names.push_back(element.symbol());
  return names;
}

/// One iteration per temperature, all pressures in it; hotter ones run longer.
void add_jobs(Json& jobs, const std::vector<int>& indices, const DpgenOptions& options) {
  if (indices.empty()) return;
  long times = 1;
  for (double temperature : options.temperatures) {
    jobs.push_back({{"_idx", fmt::format("{:02}", jobs.size())}, {"sys_idx", indices},
                    {"temps", {temperature}},                      {"press", options.pressures},
                    {"trj_freq", 20},                              {"nsteps", options.steps * times},
                    {"ensemble", "npt-a"},                         {"taut", 0.1},
                    {"taup", 0.5}});
    ++times;
  }
}

/// A task on this machine. `command` is what the user's installation calls the program.
Json task(const std::string& command, int cores, int gpus, int group) {
  return {{"command", command},
          {"machine", {{"batch_type", "Shell"}, {"context_type", "LazyLocalContext"}, {"local_root", "./"}, {"remote_root", "./work"}}},
          {"resources", {{"batch_type", "Shell"}, {"number_node", 1}, {"cpu_per_node", cores}, {"gpu_per_node", gpus}, {"queue_name", ""}, {"group_size", group}}}};
}

}  // namespace

std::string potcar_file(Element element) { return "POTCAR." + potcar_name(element); }

Json dpgen_param(const TypeMap& types, const std::vector<DpgenSystem>& systems, const Json& training, const DpgenOptions& options) {
  if (systems.empty()) fail_input({"DP-GEN", "no systems", "", "", ""});
  Json param;
  param["type_map"] = symbols(types.elements());
  Json masses = Json::array(), files = Json::array();
  for (Element element : types.elements()) {
    masses.push_back(element.mass());
    files.push_back(potcar_file(element));
  }
  param["mass_map"] = masses;
  Json initial = Json::array(), configurations = Json::array();
  std::vector<int> pairs, coated;
  for (std::size_t k = 0; k < systems.size(); ++k) {
    if (!systems[k].initial_data.empty()) initial.push_back(systems[k].initial_data);
    configurations.push_back(systems[k].configurations);
    (systems[k].coated ? coated : pairs).push_back(static_cast<int>(k));
  }
  param["init_data_prefix"] = "";
  param["init_data_sys"] = initial;
  param["sys_configs_prefix"] = "";
  param["sys_configs"] = configurations;
  param["sys_format"] = "vasp/poscar";
  param["sys_batch_size"] = std::vector<std::string>(systems.size(), "auto");
  param["numb_models"] = 4;
  param["default_training_param"] = training;
  param["model_devi_dt"] = 0.001;
  param["model_devi_skip"] = 0;
  param["model_devi_f_trust_lo"] = options.trust_low;
  param["model_devi_f_trust_hi"] = options.trust_high;
  param["model_devi_clean_traj"] = true;
  param["shuffle_poscar"] = false;  // exchanging species at random would destroy the crystals
  param["model_devi_jobs"] = Json::array();
  add_jobs(param["model_devi_jobs"], pairs, options);
  add_jobs(param["model_devi_jobs"], coated, options);
  param["fp_style"] = "vasp";
  param["fp_task_max"] = options.tasks;
  param["fp_task_min"] = 3;
  param["fp_pp_path"] = "potcars";
  param["fp_pp_files"] = files;
  param["fp_incar"] = "INCAR.fp";
  param["ratio_failed"] = 0.1;
  return param;
}

Json dpgen_machine() {
  Json machine = {{"api_version", "1.0"}, {"deepmd_version", "3.2.0"}};
  machine["train"] = task("dp", 4, 0, 1);
  machine["model_devi"] = task("lmp", 4, 0, 10);
  machine["fp"] = task("sh hubbard_u.sh && mpirun -n 16 vasp_std", 16, 0, 20);
  machine["fp"]["user_forward_files"] = {"hubbard_u.sh"};
  return machine;
}

Json init_bulk_param(const Structure& structure, const TypeMap& types, const std::string& potcars, const InitBulkOptions& options) {
  const std::vector<Element> elements = present_elements(structure, types);
  Json files = Json::array();
  for (Element element : elements) files.push_back(potcars + "/" + potcar_file(element));
  return {{"stages", {1, 2, 3, 4}},
          {"elements", symbols(elements)},
          {"potcars", files},
          {"super_cell", {1, 1, 1}},
          {"from_poscar", true},
          {"from_poscar_path", "POSCAR"},
          {"relax_incar", "INCAR.relax"},
          {"md_incar", "INCAR.md"},
          {"scale", {1.0}},
          {"skip_relax", false},
          {"pert_numb", options.perturbations},
          {"pert_box", options.cell},
          {"pert_atom", options.atoms},
          {"md_nstep", options.md_steps},
          {"coll_ndata", (options.perturbations + 1) * options.md_steps},
          {"type_map", symbols(types.elements())}};
}

Json init_bulk_machine() {
  return {{"api_version", "1.0"}, {"deepmd_version", "3.2.0"}, {"fp", task("mpirun -n 16 vasp_std", 16, 0, 5)}};
}

std::string hubbard_script(double co_u) {
  return fmt::format(
      "#!/bin/sh\n"
      "# DP-GEN copies one INCAR to every system, but VASP reads LDAUL, LDAUU and LDAUJ in the order of the POSCAR beside it.\n"
      "# This writes the lines that this POSCAR needs; a system without Co gets none. Run it before VASP, in the task's folder.\n"
      "set -e\n"
      "l= u= j= any=\n"
      "for element in $(sed -n 6p POSCAR); do\n"
      "  case $element in\n"
      "    Co) l=\"$l 2\"; u=\"$u {}\"; any=yes ;;\n"
      "    *) l=\"$l -1\"; u=\"$u 0\" ;;\n"
      "  esac\n"
      "  j=\"$j 0\"\n"
      "done\n"
      "grep -v -E '^ *(LDAU|LMAXMIX)' INCAR > INCAR.new\n"
      "if [ -n \"$any\" ]; then\n"
      "  printf 'LDAU = .TRUE.\\nLDAUTYPE = 2\\nLDAUL =%s\\nLDAUU =%s\\nLDAUJ =%s\\nLMAXMIX = 4\\n' \"$l\" \"$u\" \"$j\" >> INCAR.new\n"
      "fi\n"
      "rm -f INCAR\n"
      "mv INCAR.new INCAR\n",
      co_u);
}

}  // namespace lamella
