// Drives a fuzz target without libFuzzer: every file of the given folders, then seeded mutations of them for a while.
#include <sys/resource.h>
#include <zlib.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using lamella::RandomStream;

std::string unpacked(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");  // passes through what is not packed
  std::string bytes, block(1 << 16, '\0');
  for (int n; file && (n = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0;) bytes.append(block, 0, static_cast<std::size_t>(n));
  if (file) gzclose(file);
  return bytes;
}

void run(const std::string& bytes) { LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()); }

/// One of the ways in which files go wrong or are made to.
void mutate(std::string& bytes, const std::string& other, RandomStream& random) {
  if (bytes.empty()) return;
  const std::size_t at = random.below(bytes.size()), length = 1 + random.below(std::min<std::size_t>(64, bytes.size() - at));
  static const char* magic[] = {"\xff\xff\xff\xff\xff\xff\xff\x7f", "\xff\xff\xff\x7f", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "\x08\xff\xff\xff\xff\x0f", "1e308", "-1", "99999999999", ".nan", "[[[[", "*id001", "null"};
  switch (random.below(8)) {
    case 0: bytes[at] = static_cast<char>(random.below(256)); break;
    case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8))); break;
    case 2: bytes.resize(at); break;
    case 3: bytes.erase(at, length); break;
    case 4: bytes.insert(at, bytes.substr(random.below(bytes.size()), length)); break;
    case 5: {
      const std::string word = magic[random.below(std::size(magic))];
      bytes.replace(at, std::min(word.size(), bytes.size() - at), word);
      break;
    }
    case 6: {
      const std::size_t from = random.below(other.size() + 1);
      bytes.replace(at, length, other.substr(from, length));
      break;
    }
    default:
      for (std::size_t k = at; k < at + length; ++k) bytes[k] = static_cast<char>(random.below(256));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s SECONDS SEED SUFFIX FOLDER...\n", argv[0]);
    return 2;
  }
  const double seconds = std::atof(argv[1]);
  const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
  const std::string suffix = argv[3];
  std::vector<std::string> corpus;
  for (int k = 4; k < argc; ++k) {
    if (!std::filesystem::is_directory(argv[k])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(argv[k])) {
      std::string name = entry.path().filename().string();
      if (name.ends_with(".gz")) name.resize(name.size() - 3);
      if (name.ends_with(suffix)) corpus.push_back(unpacked(entry.path()));
    }
  }
  if (corpus.empty()) return 2;
  for (const std::string& bytes : corpus) run(bytes);

  RandomStream random(seed, "fuzz/" + suffix);
  const auto start = std::chrono::steady_clock::now();
  long runs = 0;
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  for (; passed() < seconds; ++runs) {
    std::string bytes = corpus[random.below(corpus.size())];
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) mutate(bytes, corpus[random.below(corpus.size())], random);
    if (const char* keep = std::getenv("LAMELLA_FUZZ_LAST")) std::ofstream(keep, std::ios::binary) << bytes;  // what ran last is what crashed
    run(bytes);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%zu files replayed, %ld mutations, seed %llu, largest memory %ld MB\n", corpus.size(), runs, static_cast<unsigned long long>(seed), usage.ru_maxrss / 1024);
  return usage.ru_maxrss / 1024 < 1024 ? 0 : 1;
}
