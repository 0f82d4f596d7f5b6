// token inspect and token verify. Neither keeps the token nor shows its signature.
#pragma once

#include "config_commands.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::programs {

struct verify_options {
  std::string token;           // "-": standard input
  std::filesystem::path jwks;  // a JWK set
  config_options config;       // no file: the rules are those below
  std::string issuer;
  std::vector<std::string> audiences;
  std::string audience_claim = "aud";
  std::optional<std::int64_t> now;  // seconds since 1970
};

// Decodes without verifying, and says so. `token`: "-" for standard input.
int inspect_token(const std::string& token, const command_env& env);

// Verifies as the server does and names the check that refused.
int verify_token(const verify_options& options, const command_env& env);

// The token itself or what standard input has, without the white space around it; nothing, with a
// word on `env.err`, if there is none or far too much.
std::optional<std::string> read_token(const std::string& argument, const command_env& env);

}  // namespace latchkey::programs
