// Every key a configuration may have, as data: for overrides, for messages, and for the tables of
// the documentation. Not for values, nor for what a schema says of them (config_schema).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

enum class key_kind : std::uint8_t { text, integer, number, boolean, list, map };

struct key_info {
  std::string path;  // "server.tls.certificate"; "issuer.*.jwks_uri" where tables are repeated
  key_kind kind = key_kind::text;
  std::string value;     // what it takes, for the documentation: "integer, 0 to 1024" (Markdown)
  std::string doc;       // what it means (Markdown)
  std::string expected;  // for messages: "an integer from 0 to 1024"
  std::string default_value;  // the default as TOML; empty for a required key
  std::optional<std::int64_t> low;
  std::optional<std::int64_t> high;
  bool secret = false;  // never printed where it is set

  bool required() const { return default_value.empty(); }
};

// All of them, in the order in which they are printed.
const std::vector<key_info>& config_keys();

// The key that `path` names, with indices for the repeated tables ("issuer.0.jwks_uri"); null where
// there is none.
const key_info* find_config_key(std::string_view path);

// The key path nearest to the one given, in its own spelling; empty where none is near.
std::string nearest_config_key(std::string_view path);

}  // namespace latchkey::app
