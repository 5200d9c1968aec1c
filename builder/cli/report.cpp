#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "builder/report.hpp"

namespace lamella {

int report_command(const std::vector<std::string>& words) {
  namespace po = boost::program_options;
  po::options_description options("options");
  options.add_options()
      ("output,o", po::value<std::string>(), "the page (default: DIR/report.html)")
      ("quiet,q", "print nothing");
  const ParsedOptions parsed = parse_options(words, options, {"folder"},
                                             "examples:\n"
                                             "  lamella report stack\n"
                                             "  lamella report sweep -o study.html\n\n"
                                             "lamella report DIR: one self-contained page (no network) of a built folder and its analysed runs, or of a sweep's\n"
                                             "points side by side: what was asked and built, a 3D view, plots with captions, tables, warnings.\n");
  if (parsed.helped) return 0;
  if (!parsed.has("folder")) fail_input({"command line", "a folder is wanted", "", "", "lamella report DIR"});
  const std::filesystem::path folder = parsed.values["folder"].as<std::string>();
  const std::filesystem::path page = parsed.has("output") ? std::filesystem::path(parsed.values["output"].as<std::string>()) : folder / "report.html";
  write_whole_file(page, report_html(folder));
  if (!parsed.has("quiet")) fmt::print("{}\n", page.string());
  return 0;
}

}  // namespace lamella
