// Where this checkout and the public test vectors stand on this machine. Not for files that tests
// make: temporary.hpp.
#pragma once

#include <filesystem>

namespace latchkey::support {

// The top folder of the checkout that was built.
std::filesystem::path project_root();

// The folder that holds seed/ and vectors/; it need not exist.
std::filesystem::path vectors_root();

}  // namespace latchkey::support
