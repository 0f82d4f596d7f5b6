// A digest of what files hold that are read when something is made of them: whether it has to be
// made anew. Not for checking them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace latchkey::programs {

// Paths that are empty count for nothing, as do files that cannot be read.
std::string digest_of_files(const std::vector<std::filesystem::path>& paths);

}  // namespace latchkey::programs
