#include <fmt/format.h>

#include "base/version.hpp"
#include "builder/report/sections.hpp"

namespace lamella::report {

void closing_sections(Page& page, const std::filesystem::path& folder, const std::vector<std::string>& protocols, bool sweep) {
  std::error_code ec;
  const std::string name = std::filesystem::weakly_canonical(folder, ec).filename().string();
  const std::string place = name.empty() ? "stack" : name;
  page.section("How to run it again", "rerun");
  if (sweep) {
    page.paragraph("sweep.csv lists the points; each folder holds its own spec.toml, from which `lamella build` makes the same bytes. For every point:");
    page.preformatted(fmt::format("lamella build {0}/POINT/spec.toml -o again\nlamella run again --protocol reaction\nlamella analyze again\nlamella report {0}", place));
  } else {
    std::string commands = fmt::format("lamella build {0}/spec.toml -o {0}-again\n", place);
    for (const std::string& protocol : protocols) commands += fmt::format("lamella run {}-again --protocol {}\n", place, protocol);
    commands += fmt::format("lamella analyze {0}-again\nlamella report {0}-again", place);
    page.preformatted(commands);
    page.paragraph("The build is the same to the last byte (manifest.json holds version, seed and the SHA-256 of inputs and outputs). A run with one rank and the same number of threads takes the same path on the same kind of machine.");
  }
  page.section("How to cite", "cite");
  page.raw("<ul>\n"
           "<li>The study whose figures these are: T. Hu, L. Xu, F. Dai, G. Zhou, F. Fu, X. Wang, L. Li, X. Ai, S. Xu, Adv. Funct. Mater. 2024, 2402993, doi:10.1002/adfm.202402993</li>\n"
           "<li>LAMMPS: A. P. Thompson et al., Comput. Phys. Commun. 271, 108171 (2022), doi:10.1016/j.cpc.2021.108171</li>\n"
           "<li>Deep Potential: L. Zhang et al., Phys. Rev. Lett. 120, 143001 (2018), doi:10.1103/PhysRevLett.120.143001; DeePMD-kit: J. Zeng et al., J. Chem. Phys. 159, 054801 (2023), doi:10.1063/5.0155600</li>\n"
           "<li>Errors of D: X. He, Y. Zhu, A. Epstein, Y. Mo, npj Comput. Mater. 4, 18 (2018), doi:10.1038/s41524-018-0074-y</li>\n"
           "<li>This page's 3D view: 3Dmol.js, N. Rego, D. Koes, Bioinformatics 31, 1322 (2015), doi:10.1093/bioinformatics/btu829; its charts: uPlot by L. Sorokin (MIT)</li>\n");
  page.raw(fmt::format("<li>lamella {} (this program), and the potential that was used: see the run's log</li>\n</ul>\n", version()));
}

}  // namespace lamella::report
