#include <catch2/catch.hpp>
#include <fstream>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"

namespace fs = std::filesystem;
using namespace lamella;

TEST_CASE("SHA-256 of known texts") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a staged folder appears whole or not at all") {
  const fs::path root = fs::temp_directory_path() / "lamella_test_staged";
  fs::remove_all(root);
  fs::create_directories(root);
  { StagedFolder staged(root / "gone", false); write_whole_file(staged.path() / "a", "1"); }
  CHECK(fs::is_empty(root));
  { StagedFolder staged(root / "kept", false); write_whole_file(staged.path() / "a", "1"); staged.commit(); }
  CHECK(read_whole_file(root / "kept" / "a") == "1");
  CHECK_THROWS_AS(StagedFolder(root / "kept", false), Error);
  { StagedFolder staged(root / "kept", true); write_whole_file(staged.path() / "b", "2"); staged.commit(); }
  CHECK_FALSE(fs::exists(root / "kept" / "a"));
  CHECK(read_whole_file(root / "kept" / "b") == "2");
  CHECK(std::distance(fs::directory_iterator(root), {}) == 1);
  fs::remove_all(root);
}

TEST_CASE("errors read as the contract says") {
  CHECK(format_error({"layer.coating.thickness", "not a thickness", "-1", "0 to 100 A", "give it in A"}) ==
        "layer.coating.thickness: not a thickness (got -1; allowed 0 to 100 A); give it in A");
  const std::vector<std::string> known = {"thickness", "termination", "miller"};
  CHECK(nearest_word("thicknes", known) == "thickness");
  CHECK(nearest_word("qqqqqqqq", known).empty());
}
