#include "init_command.hpp"

#include "init.hpp"

#include <memory>
#include <string>

namespace latchkey::init {
namespace {

struct read_options {
  init_options all;
  // By flag, as they were written.
  std::map<std::string, std::vector<std::string>> given;
};

// The questions of all providers, each flag once.
void add_questions(CLI::App& command, read_options& options) {
  std::map<std::string, std::string> asked_by;
  for (const auto& form : forms()) {
    for (const auto& one : form.questions) {
      auto& names = asked_by[std::string{one.flag}];
      names += (names.empty() ? "" : ", ") + std::string{form.provider};
    }
  }
  for (const auto& [flag, providers] : asked_by) {
    command.add_option(flag, options.given[flag], "For " + providers)
        ->type_name("TEXT")
        ->allow_extra_args(false)
        ->group("What a provider needs");
  }
}

void add_rest(CLI::App& command, init_options& options) {
  command.add_option("-p,--provider", options.provider, form_names())->type_name("NAME");
  command
      .add_option("-o,--output", options.output,
                  "Where it is written; not said: to standard output")
      ->type_name("FILE");
  command.add_flag("--force", options.force, "Replace what is there");
  command
      .add_option("--upstream", options.with.upstream,
                  "An API to stand in front of; not said: the example's routes")
      ->type_name("URL");
  command.add_option("--path", options.with.path, "What of it is guarded")
      ->capture_default_str()
      ->type_name("PATH");
  command
      .add_option("--scope", options.with.scopes, "A scope to ask for there; may be given again")
      ->type_name("SCOPE")
      ->allow_extra_args(false);
  command
      .add_option("--certificate", options.with.certificate,
                  "The server's certificate, by its path from the configuration's folder")
      ->capture_default_str()
      ->type_name("FILE");
  command.add_option("--private-key", options.with.private_key, "Its key, likewise")
      ->capture_default_str()
      ->type_name("FILE");
  command.add_flag("--dev-certificate", options.certificate,
                   "Make these two for development: for localhost, signed by itself, for a year");
}

}  // namespace

void add_init(CLI::App& program, programs::chosen& command) {
  auto* added = program.add_subcommand(
      "init", "Write a first configuration for a provider, and a certificate for development");
  added->footer(
      "Examples:\n"
      "  latchkey init\n"
      "  latchkey init --provider auth0 --domain tenant.eu.auth0.com --audience "
      "https://api.example/ --output latchkey.toml --dev-certificate\n"
      "  latchkey init --provider keycloak --url https://sso.example --realm notes --audience "
      "notes-api --upstream http://127.0.0.1:9000 --scope notes:read\n"
      "  latchkey init --dev-certificate --certificate conf/dev/server.pem --private-key "
      "conf/dev/server.key\n"
      "On a terminal what is missing is asked for; elsewhere the flags that are missing are "
      "named.\n"
      "Exit status: 0 written, 1 it could not be written, 2 wrong usage, or answers that make no "
      "valid configuration.");
  const auto options = std::make_shared<read_options>();
  add_rest(*added, options->all);
  add_questions(*added, *options);
  added->callback([&command, options] {
    for (const auto& [flag, values] : options->given) {
      if (!values.empty()) options->all.given[flag] = values;
    }
    command = [options](const programs::command_env& env) { return run_init(options->all, env); };
  });
}

}  // namespace latchkey::init
