// The files that a configuration names, found by the description of its keys: a key that is a path
// is among them as soon as there is one. Not for reading the files.
#pragma once

#include <latchkey/app/config.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace latchkey::app {

struct named_path {
  std::string key;  // with indices: "issuer.0.jwks_file"
  std::filesystem::path path;
};

// Of every key that is a path and is set, in the order of the description.
std::vector<named_path> config_paths(const config& value);

}  // namespace latchkey::app
