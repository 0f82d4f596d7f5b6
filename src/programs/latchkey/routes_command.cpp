#include "routes_command.hpp"

#include "show.hpp"

#include <latchkey/app/route_explanation.hpp>
#include <latchkey/app/route_table.hpp>
#include <latchkey/core/base64url.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/http/fields.hpp>

#include <istream>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace latchkey::programs {
namespace {

constexpr std::size_t max_bytes = 64 * 1024;

int show_table(const app::config& loaded, const routes_options& options, const command_env& env) {
  if (options.json) {
    env.out << pretty_json(app::route_json(loaded)) << '\n';
    return exit_ok;
  }
  env.out << app::route_text(loaded);
  for (const auto& one : app::foresee_routes(loaded, options.config.file)) {
    env.out << "warning: " << one.key << ": " << one.message << '\n';
  }
  return exit_ok;
}

std::string read_input(const std::string& from, const command_env& env) {
  if (from != "-") {
    auto opened = core::open_file::open(from, true);
    const auto text = opened ? opened->read(max_bytes) : core::result<std::string>{opened.error()};
    if (text) return *text;
    throw std::invalid_argument{from + ": " + core::fault_of_file(text.error())};
  }
  std::string text(max_bytes + 1, '\0');
  env.in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(env.in.gcount()));
  if (text.size() > max_bytes) throw std::invalid_argument{"the input is longer than 64 KiB"};
  return text;
}

// Those of a token that nobody has verified.
std::string claims_of(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  const auto claims = second == token.npos
                          ? std::nullopt
                          : core::base64url_decode(token.substr(first + 1, second - first - 1));
  if (!claims) throw std::invalid_argument{"not a signed JWT (header.payload.signature)"};
  return *claims;
}

app::asked_request read_question(const routes_options& options, const command_env& env) {
  app::asked_request asked;
  asked.method = options.request.at(0);
  asked.url = options.request.at(1);
  for (const auto& one : options.headers) {
    const auto colon = one.find(':');
    if (colon == one.npos) {
      throw std::invalid_argument{"not a header field, like 'name: value': " + one};
    }
    asked.fields.emplace_back(one.substr(0, colon), one.substr(colon + 1));
  }
  if (!options.claims.empty()) asked.claims = read_input(options.claims, env);
  if (!options.token.empty()) {
    const auto token = read_input(options.token, env);
    asked.claims = claims_of(http::trim(token, " \t\r\n"));
  }
  return asked;
}

}  // namespace

int show_routes(const routes_options& options, const command_env& env) {
  const auto loaded = load(options.config, env);
  if (!loaded) return exit_usage;
  if (options.request.empty()) return show_table(*loaded, options, env);
  try {
    const auto made = app::explain_route(*loaded, read_question(options, env));
    if (options.json) {
      env.out << pretty_json(app::explanation_json(made)) << '\n';
    } else {
      env.out << app::explanation_text(made);
    }
    const bool passes = made.check && made.check->status == 200;
    return made.taken || passes ? exit_ok : exit_refused;
  } catch (const std::invalid_argument& refused) {
    env.err << shown(refused.what()) << '\n';
    return exit_usage;
  }
}

}  // namespace latchkey::programs
