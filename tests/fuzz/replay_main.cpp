// Gives every file named, and every file of every folder named, to a fuzz target: for builds
// without libFuzzer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

void replay(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  int replayed = 0;
  for (int i = 1; i < count; ++i) {
    const fs::path given{arguments[i]};
    if (fs::is_directory(given)) {
      for (const auto& entry : fs::recursive_directory_iterator{given}) {
        if (!entry.is_regular_file()) continue;
        replay(entry.path());
        ++replayed;
      }
    } else {
      replay(given);
      ++replayed;
    }
  }
  std::printf("replayed %d inputs\n", replayed);
  // Nothing to replay is a corpus that is not where it should be.
  return replayed == 0 ? 1 : 0;
}
