// A signing key in a PEM file, so that a development issuer has the same key after a restart. Not
// for several keys, nor for keys of production.
#pragma once

#include <latchkey/jose/signing_key.hpp>

#include <filesystem>
#include <string>

namespace latchkey::issuer {

// Throws std::runtime_error that names the file where it cannot be read or is no RSA key. An empty
// kid stands for the thumbprint.
jose::signing_key read_key(const std::filesystem::path& file, std::string kid = {});

// The same; a file that does not exist is made first, for its owner alone.
jose::signing_key read_or_make_key(const std::filesystem::path& file, unsigned bits = 2048);

}  // namespace latchkey::issuer
