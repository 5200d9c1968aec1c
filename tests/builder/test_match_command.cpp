#include <catch2/catch.hpp>

#include <Eigen/Dense>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

struct Said {
  int status;
  std::string text;
};

/// `lamella WORDS`, standard error included.
Said lamella(const std::string& words) {
  const std::string command = std::string("\"") + LAMELLA_BINARY + "\" " + words + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Said said{0, ""};
  std::array<char, 4096> part{};
  for (std::size_t n; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) said.text.append(part.data(), n);
  said.status = WEXITSTATUS(pclose(pipe));
  return said;
}

Eigen::Matrix2d matrix(const nlohmann::json& json) {
  Eigen::Matrix2d m;
  for (std::size_t i = 0; i < 4; ++i) m(static_cast<int>(i / 2), static_cast<int>(i % 2)) = json.at(i / 2).at(i % 2).get<double>();
  return m;
}

}  // namespace

TEST_CASE("match --json: the promised keys, and strains that follow from matrices and bases alone") {
  for (const char* words : {"match LiCoO2:1,0,4 Li6PS5Cl:1,0,0 --max-area 500 --all --json", "match LiCoO2:1,0,4 LiF:1,0,0 Li6PS5Cl:1,0,0 --max-area 450 --max-strain 0.04 --json"}) {
    INFO(words);
    const Said said = lamella(words);
    REQUIRE(said.status == 0);
    const auto json = nlohmann::json::parse(said.text);
    const auto& matches = json.at("matches");
    REQUIRE(!matches.empty());
    double area = 0.0;
    for (const auto& match : matches) {
      const std::size_t n = match.at("layers").size();
      REQUIRE(match.at("matrices").size() == n);
      REQUIRE(match.at("bases").size() == n);
      CHECK(match.at("area").get<double>() >= area);
      area = match.at("area").get<double>();
      const Eigen::Matrix2d first = matrix(match.at("matrices").at(0)) * matrix(match.at("bases").at(0));
      CHECK(first.determinant() == Approx(area));
      double largest = 0.0;
      for (std::size_t k = 0; k < n; ++k) {
        const auto& layer = match.at("layers").at(k);
        CHECK(matrix(layer.at("matrix")) == matrix(match.at("matrices").at(k)));
        CHECK(matrix(layer.at("matrix")).determinant() > 0);
        const Eigen::JacobiSVD<Eigen::Matrix2d> svd((matrix(match.at("matrices").at(k)) * matrix(match.at("bases").at(k))).inverse() * first);
        largest = std::max({largest, std::abs(svd.singularValues()[0] - 1), std::abs(svd.singularValues()[1] - 1)});
        CHECK(layer.at("von_mises").is_number());
        const Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d> principal(matrix(layer.at("strain")));
        CHECK(layer.at("principal").at(0).get<double>() == Approx(principal.eigenvalues()[1]).margin(1e-9));
        CHECK(layer.at("principal").at(1).get<double>() == Approx(principal.eigenvalues()[0]).margin(1e-9));
        CHECK(layer.at("residual").get<double>() < 1e-9);
        CHECK(layer.at("name").is_string());
        CHECK(matrix(layer.at("strain")).isApprox(matrix(layer.at("strain")).transpose()));
      }
      CHECK(largest == Approx(match.at("max_strain").get<double>()).margin(1e-9));
    }
  }
}

TEST_CASE("match: LiCoO2(104) on Li6PS5Cl(100) has the rotated cell of 401 A^2 at 2.24 %") {
  const auto json = nlohmann::json::parse(lamella("match LiCoO2:1,0,4 Li6PS5Cl:1,0,0 --max-area 500 --json").text);
  const auto& first = json.at("matches").at(0);
  CHECK(first.at("area").get<double>() == Approx(401.39).margin(0.5));
  CHECK(first.at("max_strain").get<double>() == Approx(0.0224).margin(1e-4));
  CHECK(first.at("whole_atoms") == true);
}

TEST_CASE("match: a partly occupied crystal has all translations of its average structure, and which matches whole atoms allow is said") {
  const auto json = nlohmann::json::parse(lamella("match LiCoO2:1,0,4 Li6PS5Cl:1,0,0 --max-area 500 --all --json").text);
  const Eigen::Matrix2d basis = matrix(json.at("matches").at(0).at("bases").at(1));
  CHECK(basis.determinant() == Approx(9.8598 * 9.8598 / 2.0));  // face centring
  bool rotated = false;
  for (const auto& match : json.at("matches")) {
    rotated = rotated || (std::abs(match.at("area").get<double>() - 481.67) < 0.1 && std::abs(match.at("max_strain").get<double>() - 0.0185) < 5e-5);
    // Whole atoms: the square of the conventional cell, so that both of its edges are whole multiples of the superlattice's vectors.
    const Eigen::Matrix2d conventional = (Eigen::Matrix2d() << 1, 1, -1, 1).finished() * basis;
    const Eigen::Matrix2d multiples = matrix(match.at("matrices").at(1)) * basis * conventional.inverse();
    CHECK((multiples - multiples.array().round().matrix()).cwiseAbs().maxCoeff() < (match.at("whole_atoms").get<bool>() ? 1e-6 : 1.0));
    if (!match.at("whole_atoms").get<bool>()) CHECK((multiples - multiples.array().round().matrix()).cwiseAbs().maxCoeff() > 0.4);
    CHECK(match.at("atoms") == std::lround(match.at("area").get<double>() / (2.8156 * 5.702356)) * 4 + std::lround((matrix(match.at("matrices").at(1)).determinant())) * 26);
  }
  CHECK(rotated);
  CHECK_THAT(lamella("match LiCoO2:1,0,4 Li6PS5Cl:1,0,0 --max-area 500 --all").text, Catch::Contains(" *\n") && Catch::Contains("average structure"));
}

TEST_CASE("match refuses what is no surface, with exit 2 and the contract's first line") {
  for (const char* words : {"match", "match LiCoO2", "match LiCoO2:1,0", "match LiCoO2:1,0,4,5", "match LiCoO2:1,0,x", "match :1,0,0", "match LiCoO3:1,0,4", "match LiCoO2:0,0,0",
                            "match LiF:1,0,0 --max-strain 5", "match LiF:1,0,0 --max-area -3", "match LiF:1,0,0 --strain sodium", "match LiF:1,0,0 --maxarea 3"}) {
    INFO(words);
    const Said said = lamella(words);
    CHECK(said.status == 2);
    CHECK(said.text.rfind("lamella: error: ", 0) == 0);
  }
  const Said help = lamella("match --help");
  CHECK(help.status == 0);
  CHECK(help.text.rfind("examples:", 0) == 0);
}

TEST_CASE("match says when strain cannot be shared by stiffness") {
  const auto file = std::filesystem::temp_directory_path() / "lamella-test-match.vasp";
  std::ofstream(file) << "NaCl, no elastic constants\n1.0\n5.64 0 0\n0 5.64 0\n0 0 5.64\nNa Cl\n4 4\nDirect\n"
                         "0 0 0\n0 .5 .5\n.5 0 .5\n.5 .5 0\n.5 .5 .5\n.5 0 0\n0 .5 0\n0 0 .5\n";
  const Said said = lamella("match LiF:1,0,0 \"" + file.string() + ":1,0,0\" --strain stiffness --max-area 100");
  CHECK(said.status == 0);
  CHECK(said.text.find("warning: strain is shared equally") != std::string::npos);
  CHECK(lamella("match LiF:1,0,0 LiCoO2:1,0,4 --strain stiffness --max-area 100").text.find("warning") == std::string::npos);
  std::filesystem::remove(file);
}
