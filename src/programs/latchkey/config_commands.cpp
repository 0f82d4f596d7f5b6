#include "config_commands.hpp"

#include "issuer_settings.hpp"
#include "signals.hpp"

#include <latchkey/app/config_print.hpp>
#include <latchkey/app/config_schema.hpp>
#include <latchkey/app/reference.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

namespace latchkey::programs {
namespace {

void list(const app::diagnostics& problems, std::ostream& err) {
  for (const auto& one : problems) err << app::to_string(one) << '\n';
  err << (problems.size() == 1 ? "1 problem" : std::to_string(problems.size()) + " problems");
}

std::string counted(std::size_t count, const char* what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

// The ways to the issuers are made as serve makes them.
app::diagnostics check_ways(const app::config& loaded, const std::filesystem::path& file,
                            const command_env& env) {
  app::diagnostics problems;
  const auto authorities = std::make_shared<client::authority_cache>();
  for (std::size_t i = 0; i < loaded.issuers.size(); ++i) {
    const auto& issuer = loaded.issuers[i];
    if (!issuer.jwks.empty() || !issuer.jwks_file.empty()) continue;
    try {
      auto settings = fetch_settings(issuer, proxy_from(env.environment));
      settings.trusted = authorities;
      const client::https_client made{std::move(settings)};
    } catch (const std::exception& refused) {
      problems.push_back({file.string(), 0, 0, "issuer." + std::to_string(i), refused.what()});
    }
  }
  return problems;
}

}  // namespace

std::optional<app::config> load(const config_options& options, const command_env& env,
                                const core::stop_check& stopped) {
  auto loaded = app::load_config({options.file, env.environment, options.flags, false, stopped});
  if (loaded) return std::move(*loaded);
  list(loaded.error(), env.err);
  env.err << "; the configuration is not valid\n";
  return std::nullopt;
}

int serve_command(const config_options& options, const command_env& env) {
  // Before files are read, which may take as long as somebody else's disk does.
  hold_signals();
  auto loaded = load(options, env, end_is_asked_for);
  if (!loaded) return end_is_asked_for() ? exit_ok : exit_refused;
  return env.serve(std::move(*loaded), {options.file, env.environment, options.flags});
}

int check_config(const config_options& options, const command_env& env) {
  const auto loaded = load(options, env);
  if (!loaded) return exit_refused;
  if (const auto problems = app::check_files(*loaded, options.file); !problems.empty()) {
    list(problems, env.err);
    env.err << "; the configuration itself is valid\n";
    return exit_refused;
  }
  if (const auto problems = check_ways(*loaded, options.file, env); !problems.empty()) {
    list(problems, env.err);
    env.err << "; the configuration itself is valid\n";
    return exit_refused;
  }
  for (const auto& one : app::foresee_files(*loaded, options.file, env.clock.wall())) {
    env.err << "warning: " << app::to_string(one) << '\n';
  }
  for (const auto& one : app::foresee_routes(*loaded, options.file)) {
    env.err << "warning: " << app::to_string(one) << '\n';
  }
  env.out << options.file.string() << ": valid, " << counted(loaded->issuers.size(), "issuer")
          << ", " << counted(loaded->routes.size(), "route") << '\n';
  return exit_ok;
}

int print_config(const config_options& options, const command_env& env) {
  const auto loaded = load(options, env);
  if (!loaded) return exit_refused;
  env.out << app::to_toml(*loaded);
  return exit_ok;
}

int print_config_schema(const command_env& env) {
  env.out << app::config_schema();
  return exit_ok;
}

int print_reference(const command_env& env) {
  for (const auto& one : app::reference_tables()) env.out << app::marked(one) << '\n';
  return exit_ok;
}

}  // namespace latchkey::programs
