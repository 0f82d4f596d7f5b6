#include "graph_token.hpp"
#include "show.hpp"
#include "token_commands.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/token.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <istream>
#include <ostream>

namespace latchkey::programs {
namespace {

constexpr std::size_t largest_token = 64 * 1024;

constexpr std::string_view warning =
    "NOT VERIFIED: decoded only. Anyone can have written this; do not act on it.\n";

// One part of the token, decoded and indented, or what is wrong with it. Returns its value.
std::optional<boost::json::value> show_part(const char* name, std::string_view part,
                                            const command_env& env) {
  env.out << '\n' << name << '\n';
  const auto bytes = core::base64url_decode(part);
  if (!bytes) {
    env.out << "  is not base64url (RFC 7515: no padding, no '+' and '/')\n";
    return std::nullopt;
  }
  auto value = jose::parse_json(*bytes);
  if (!value) {
    env.out << "  is not acceptable JSON: " << jose::reason(value.error()) << '\n';
    return std::nullopt;
  }
  env.out << pretty_json(*value) << '\n';
  return std::move(*value);
}

void show_times(const boost::json::value& claims, const command_env& env) {
  const auto* object = claims.if_object();
  if (!object) return;
  const auto now = env.clock.wall();
  constexpr std::array names = {"iat", "nbf", "exp", "auth_time"};
  bool first = true;
  for (const char* name : names) {
    const auto* found = object->if_contains(name);
    if (!found || !found->is_number()) continue;
    const auto seconds = found->to_number<double>();
    if (!(std::abs(seconds) < 1e15)) continue;
    const auto whole = static_cast<std::int64_t>(std::floor(seconds));
    if (first) env.out << "\ntimes\n";
    first = false;
    env.out << "  " << name << "  " << date_text(whole) << "  (" << distance_text(whole, now)
            << ")\n";
  }
}

}  // namespace

std::optional<std::string> read_token(const std::string& argument, const command_env& env) {
  std::string text = argument;
  if (argument == "-") {
    text.assign(largest_token + 1, '\0');
    env.in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(env.in.gcount()));
  }
  if (text.size() > largest_token) {
    env.err << "the token is longer than 64 KiB\n";
    return std::nullopt;
  }
  text = http::trim(text, " \t\r\n");
  if (!text.empty()) return text;
  env.err << "no token: give it as the argument, or - and the token on standard input\n";
  return std::nullopt;
}

int inspect_token(const std::string& argument, const command_env& env) {
  const auto text = read_token(argument, env);
  if (!text) return exit_usage;
  const auto dots = std::count(text->begin(), text->end(), '.');
  if (dots != 2) {
    env.err << "not a signed JWT: it has " << dots + 1
            << " parts between dots, expected 3 (header.payload.signature)\n";
    return exit_refused;
  }
  const auto first = text->find('.');
  const auto second = text->find('.', first + 1);
  const std::string_view view{*text};
  env.out << warning;
  show_part("header", view.substr(0, first), env);
  const auto claims = show_part("payload", view.substr(first + 1, second - first - 1), env);
  if (claims) show_times(*claims, env);
  env.out << "\nsignature\n  "
          << core::base64url_decode(view.substr(second + 1)).value_or("").size()
          << " bytes, not checked\n";

  jose::token_limits limits;
  limits.bytes = largest_token;
  const auto parsed = jose::parse_token(*text, limits);
  if (parsed && looks_for_graph(*parsed)) env.out << "\nnote\n  " << graph_advice << '\n';
  env.out << '\n' << warning;
  if (parsed) return exit_ok;
  env.err << "refused in any case: " << jose::reason(parsed.error()) << " ("
          << parsed.error().message() << ")\n";
  return exit_refused;
}

}  // namespace latchkey::programs
