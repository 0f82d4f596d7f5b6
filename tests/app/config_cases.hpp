// The smallest configuration that is valid, for tests that make one thing in it wrong.
#pragma once

#include <latchkey/app/config_load.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace latchkey::app {

// Eleven lines; the tests count them.
inline constexpr std::string_view smallest_config = R"([server.tls]
certificate = "server.pem"
private_key = "server.key"
[[issuer]]
issuer = "https://idp.example/"
jwks_uri = "https://idp.example/keys"
audiences = ["account"]
[[route]]
path = "/notes"
methods = ["GET"]
handler = "notes.read"
)";

// The smallest configuration with one part of its text replaced.
inline std::string with(std::string_view part, std::string_view replacement) {
  std::string text{smallest_config};
  const auto at = text.find(part);
  if (at == text.npos) throw std::logic_error{"not in the text: " + std::string{part}};
  return text.replace(at, part.size(), replacement);
}

// Where the tests pretend that texts come from.
inline config_source test_source() {
  return {"/etc/latchkey/c.toml", {}, {}};
}

// All messages, a line each; empty for a configuration that was accepted.
inline std::string messages(const load_result& loaded) {
  std::string all;
  if (loaded) return all;
  for (const auto& one : loaded.error()) all += to_string(one) + '\n';
  return all;
}

struct refused_file {
  const char* name;
  const char* part;         // of the smallest configuration
  const char* replacement;  // what stands there instead
  const char* expected;     // every message, without the name of the file
};

// The messages about the file that `one` makes, without the name of the file.
inline std::string messages_about(const refused_file& one) {
  auto all = messages(parse_config(with(one.part, one.replacement), test_source()));
  const std::string file = "/etc/latchkey/c.toml:";
  for (std::size_t at = 0; (at = all.find(file)) != all.npos;) all.erase(at, file.size());
  return all;
}

}  // namespace latchkey::app
