#include <catch2/catch.hpp>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/report.hpp"
#include "builder/report/packed.hpp"
#include "builder/report/page.hpp"
#include "builder/report/sweep_points.hpp"
#include "small_run.hpp"

namespace fs = std::filesystem;
using namespace lamella;
using report::json;

namespace {

struct Scratch {
  fs::path folder = fs::temp_directory_path() / ("lamella_test_report" + std::to_string(::getpid()));
  Scratch() {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  ~Scratch() { fs::remove_all(folder); }
};

void check_self_contained(const std::string& page) {
  std::string rest = page;
  for (std::size_t at; (at = rest.find("<!--")) != std::string::npos;) rest.erase(at, rest.find("-->", at) - at);  // the libraries' licences
  for (const char* word : {"http:", "https:", "<link", "<script src", "@import", "url(h", "<iframe"}) {
    INFO(word);
    CHECK(rest.find(word) == std::string::npos);
  }
}

}  // namespace

TEST_CASE("a page costs less than 300 kB before its data") {
  report::Page page;
  page.scene({{"elements", json::array()}});  // with a scene it carries both libraries
  const std::string text = page.finish("", "");
  INFO(text.size() << " bytes of style, scripts and libraries");
  CHECK(text.size() > 200000);
  CHECK(text.size() < 300000);
  CHECK(text == page.finish("", ""));
}

TEST_CASE("a chart's numbers are as short as a screen shows them, those that are none stay") {
  report::Page page;
  page.figure({report::chart("t", "x (A)", "y", {report::series("s", "#000000", {0.1 + 0.2, 1e-9 / 3.0, 12345.678, 7}, {nullptr, -0.0625, 0.33999999999999997, 1.0})})}, "title", "caption");
  const std::string text = page.finish("", "");
  CHECK_THAT(text, Catch::Contains(R"("x":[0.3,3.3333333e-10,12345.678,7])") && Catch::Contains(R"("y":[null,-0.0625,0.34,1.0])"));
}

TEST_CASE("a library is packed as gzip and base64 have it") {
  CHECK(report::base64("") == "");
  CHECK(report::base64("f") == "Zg==");  // RFC 4648
  CHECK(report::base64("fo") == "Zm8=");
  CHECK(report::base64("foobar") == "Zm9vYmFy");
  std::string text;
  for (int k = 0; k < 20000; ++k) text += static_cast<char>(k * k % 251);
  const std::string packed = report::packed(text);
  CHECK(packed.starts_with("H4sI"));  // gzip's magic, method and no flags
  CHECK(packed.size() < text.size());
  CHECK(packed == report::packed(text));
}

TEST_CASE("lamella report DIR: asked, built, figures with captions, warnings, how to cite and rerun, no network") {
  const Scratch scratch;
  write_small_run(scratch.folder / "stack", 40);
  std::string output;
  const std::string stack = (scratch.folder / "stack").string();
  REQUIRE(run_lamella("report " + stack, &output) == 0);
  CHECK_THAT(read_whole_file(stack + "/report.html"), Catch::Contains("nothing has been analysed yet"));
  REQUIRE(run_lamella("analyze " + stack + " -q", &output) == 0);
  REQUIRE(run_lamella("report " + stack, &output) == 0);
  CHECK_THAT(output, Catch::Contains("report.html"));
  const std::string page = read_whole_file(stack + "/report.html");
  check_self_contained(page);
  CHECK_THAT(page, Catch::Contains("<h1>a small &lt;stack&gt;</h1>"));
  for (const char* words : {"What was asked", "What was built", "Radial distribution functions through the run.", "What reacted.", "Mean square displacement.", "Where the Li of the coating are.", "Order in the fluoride.",
                            "Profiles across the stack.", "The box through the run.", "the temperature is not known", "How to cite", "10.1002/adfm.202402993", "How to run it again", "lamella build stack/spec.toml"})
    CHECK_THAT(page, Catch::Contains(words));
  CHECK(page.find("nothing has been analysed yet") == std::string::npos);
  CHECK(report_html(stack) == page);  // same folder, same bytes
}

TEST_CASE("a sweep's report lays the points side by side") {
  const Scratch scratch;
  std::string table = "folder,coating.thickness,electrolyte.vacancies.Li,seed,status\n";
  std::string output;
  for (int k = 0; k < 4; ++k) {
    const std::string name = "point" + std::to_string(k);
    write_small_run(scratch.folder / name, 20);
    REQUIRE(run_lamella("analyze " + (scratch.folder / name).string() + " -q", &output) == 0);
    table += name + "," + (k % 2 ? "10" : "5") + "," + (k / 2 ? "0.1" : "0") + ",1,done\n";
  }
  write_whole_file(scratch.folder / "sweep.csv", table + "point9,20,0,1,waiting\n");
  report::Page page;
  const auto points = report::sweep_points(page, scratch.folder);
  REQUIRE(points.size() == 4);
  CHECK(report::axis_of(points) == "coating.thickness");
  CHECK(report::series_of(points[3], "coating.thickness") == "electrolyte.vacancies.Li 0.1");
  const std::string html = report_html(scratch.folder);
  check_self_contained(html);
  for (const char* words : {"point9 of sweep.csv has no folder yet", "Against coating.thickness.", "PS4 tetrahedra at the end", "Regular Li-F tetrahedra at the end", "D of coating ions"}) CHECK_THAT(html, Catch::Contains(words));
}

TEST_CASE("reports of folders that are none, and of damaged results") {
  const Scratch scratch;
  CHECK_THROWS_AS(report_html(scratch.folder), Error);
  CHECK_THROWS_AS(report_html(scratch.folder / "nowhere"), Error);
  write_small_run(scratch.folder, 3);
  fs::create_directories(scratch.folder / "analysis" / "old");
  write_whole_file(scratch.folder / "analysis" / "analysis.json", "{ not json");
  write_whole_file(scratch.folder / "analysis" / "old" / "analysis.json", R"({"frames": 3, "time_ps": [0, 1, 2]})");
  const std::string page = report_html(scratch.folder);
  CHECK_THAT(page, Catch::Contains("analysis/analysis.json is damaged"));
  CHECK_THAT(page, Catch::Contains("not of this version"));
}

TEST_CASE("units are typeset, words are not touched") {
  CHECK(report::typeset("r (A)") == "r (\u00c5)");
  CHECK(report::typeset("MSD (A^2), 2.05 A, 8 A.") == "MSD (\u00c5\u00b2), 2.05 \u00c5, 8 \u00c5.");
  CHECK(report::typeset("N_A^2 V") == "N_A^2 V");
  CHECK(report::typeset("A 1 Atom of LiF4 As") == "A 1 Atom of LiF4 As");
}
