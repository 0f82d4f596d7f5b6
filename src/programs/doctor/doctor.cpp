#include "doctor.hpp"

#include "judge_token.hpp"
#include "latchkey/issuer_settings.hpp"
#include "latchkey/show.hpp"
#include "latchkey/token_commands.hpp"
#include "local_checks.hpp"
#include "network_checks.hpp"
#include "report.hpp"
#include "words.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/http/fields.hpp>

#include <iterator>
#include <optional>
#include <ostream>
#include <utility>

namespace latchkey::doctor {
namespace {

using programs::command_env;

int tell(const findings& all, const doctor_options& options, const command_env& env) {
  if (options.json) {
    env.out << programs::pretty_json(report_json(all)) << '\n';
  } else {
    env.out << table_text(all);
  }
  return count(all).faults == 0 ? programs::exit_ok : programs::exit_refused;
}

std::optional<std::string> read_token_file(const std::string& from, const command_env& env) {
  if (from == "-") return programs::read_token(from, env);
  constexpr std::size_t max_bytes = std::size_t{64} * 1024;
  auto opened = core::open_file::open(from, true);
  const auto text = opened ? opened->read(max_bytes) : core::result<std::string>{opened.error()};
  if (text) return std::string{http::trim(*text, " \t\r\n")};
  env.err << from << ": " << core::fault_of_file(text.error()) << '\n';
  return std::nullopt;
}

findings refused(const app::diagnostics& problems) {
  findings all;
  for (const auto& one : problems) {
    all.push_back(fault("configuration", one.key, app::to_string(one),
                        "correct it (docs/configuration.md has every key)"));
  }
  return all;
}

}  // namespace

int run_doctor(const doctor_options& options, const command_env& env) {
  std::optional<std::string> token;
  if (!options.token.empty()) {
    token = read_token_file(options.token, env);
    if (!token) return programs::exit_usage;
  }
  const auto& file = options.config.file;
  const auto loaded = app::load_config({file, env.environment, options.config.flags, false, {}});
  if (loaded.has_error()) return tell(refused(loaded.error()), options, env);
  findings all{good("configuration", file.string(),
                    "valid, " + counted(loaded->issuers.size(), "issuer") + ", " +
                        counted(loaded->upstreams.size(), "upstream") + ", " +
                        counted(loaded->routes.size(), "route"))};
  for (const auto& one : app::foresee_routes(*loaded, file)) {
    all.push_back(warning("route", one.key, one.message, "latchkey routes shows them all"));
  }
  append(all, check_machine(*loaded, file, env.clock.wall()));
  auto network =
      check_network(*loaded, programs::proxy_from(env.environment), env.clock, options.patience);
  append(all, std::move(network.all));
  if (token) append(all, judge_token(*token, *loaded, network.keys, env.clock.wall()));
  return tell(all, options, env);
}

}  // namespace latchkey::doctor
