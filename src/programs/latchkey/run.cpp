#include "run.hpp"

#include "command_options.hpp"
#include "config_commands.hpp"
#include "doctor/doctor_command.hpp"
#include "document_commands.hpp"
#include "healthcheck.hpp"
#include "init/init_command.hpp"
#include "parse_command.hpp"
#include "routes_command.hpp"
#include "show.hpp"
#include "token_commands.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>

namespace latchkey::programs {
namespace {

void add_config_command(CLI::App& program, chosen& command, const char* name, const char* what,
                        const char* examples,
                        int (*action)(const config_options&, const command_env&)) {
  auto* added = program.add_subcommand(name, what);
  added->footer(examples);
  const auto options = std::make_shared<config_options>();
  add_config(*added, *options)->required();
  added->callback([&command, options, action] {
    command = [options, action](const command_env& env) { return action(*options, env); };
  });
}

void add_config_commands(CLI::App& program, chosen& command) {
  add_config_command(
      program, command, "serve", "Run the server",
      "Examples:\n"
      "  latchkey serve --config conf/latchkey.toml\n"
      "  latchkey serve --config conf/latchkey.toml "
      "--set 'server.listen=[\"127.0.0.1:0\"]' --set log.format=text\n"
      "  LATCHKEY_SERVER__WORKERS=2 latchkey serve --config conf/latchkey.toml\n"
      "SIGTERM, SIGINT and SIGQUIT end it in good order; SIGUSR1 opens log files anew.\n"
      "A service manager is told how it stands (NOTIFY_SOCKET, WATCHDOG_USEC), and the sockets it "
      "has opened\nare served (LISTEN_FDS): server.listen = [\"systemd:NAME\"].",
      serve_command);
  add_config_command(
      program, command, "check-config",
      "Say whether a configuration is valid, and everything that is wrong with it",
      "Example:\n"
      "  latchkey check-config --config conf/latchkey.toml\n"
      "Certificates and keys are loaded as serve loads them; one that expires within "
      "14 days is warned of.\n"
      "Exit status: 0 valid, 1 not valid.",
      check_config);
  add_config_command(program, command, "print-config",
                     "Print the configuration with defaults, environment and flags merged in",
                     "Examples:\n"
                     "  latchkey print-config --config conf/latchkey.toml\n"
                     "  latchkey print-config --config conf/latchkey.toml "
                     "--set issuer.0.clock_skew=5s",
                     print_config);
}

void add_routes(CLI::App& program, chosen& command) {
  auto* added = program.add_subcommand(
      "routes", "Show the routes of a configuration, or what would become of one request");
  added->footer(
      "Examples:\n"
      "  latchkey routes --config conf/latchkey.toml\n"
      "  latchkey routes --config conf/latchkey.toml --explain GET https://localhost/notes\n"
      "  latchkey routes --config conf/latchkey.toml --explain POST /api/notes "
      "-H 'content-length: 12' --claims claims.json\n"
      "Nothing is sent, and no token is verified: claims are taken as they are given.\n"
      "Exit status: 0 a route takes the request, 1 none does, or it would not be forwarded, 2 "
      "wrong usage or a configuration that is not valid.");
  const auto options = std::make_shared<routes_options>();
  add_config(*added, options->config)->required();
  auto* explain =
      added->add_option("--explain", options->request, "Which route takes such a request")
          ->expected(2)
          ->type_name("METHOD URL");
  added->add_option("-H,--header", options->headers, "A field of it; may be given again")
      ->type_name("'NAME: VALUE'")
      ->allow_extra_args(false)
      ->needs(explain);
  auto* token =
      added
          ->add_option("--token", options->token,
                       "Its token, whose claims are taken WITHOUT verifying them; - for standard "
                       "input")
          ->type_name("FILE")
          ->needs(explain);
  added
      ->add_option("--claims", options->claims,
                   "Or the claims themselves, a JSON object; - for standard input")
      ->type_name("FILE")
      ->needs(explain)
      ->excludes(token);
  added->add_flag("--json", options->json, "As JSON");
  added->callback([&command, options] {
    command = [options](const command_env& env) { return show_routes(*options, env); };
  });
}

void add_reference(CLI::App& program, chosen& command) {
  const auto add = [&](const char* name, const char* what, const char* examples,
                       int (*action)(const command_env&)) {
    auto* added = program.add_subcommand(name, what);
    added->footer(examples);
    added->callback([&command, action] { command = action; });
  };
  add("config-schema", "Print the JSON schema of the configuration",
      "Example:\n"
      "  latchkey config-schema > latchkey.schema.json",
      print_config_schema);
  add("reference", "Print every key, handler and metric as the documentation has them (Markdown)",
      "Example:\n"
      "  latchkey reference | less",
      print_reference);
}

void add_healthcheck(CLI::App& program, chosen& command) {
  auto* added = program.add_subcommand(
      "healthcheck", "Ask a running server whether it is ready (/readyz of the admin listener)");
  added->footer(
      "Examples:\n"
      "  latchkey healthcheck --config conf/latchkey.toml\n"
      "  latchkey healthcheck --url http://127.0.0.1:9901/readyz\n"
      "Exit status: 0 ready, 1 not ready or not reachable.");
  const auto options = std::make_shared<healthcheck_options>();
  const auto timeout = std::make_shared<unsigned>(3000);
  auto* config = add_config(*added, options->config);
  auto* url =
      added->add_option("--url", options->url, "What to ask: https, or http on this machine")
          ->type_name("URL")
          ->excludes(config);
  added->add_option("--timeout", *timeout, "Milliseconds to wait for the answer")
      ->capture_default_str()
      ->check(CLI::Range(1U, 60'000U))
      ->type_name("MS");
  added->callback([&command, options, timeout, config, url] {
    if (config->empty() && url->empty()) throw CLI::RequiredError{"--config or --url"};
    options->timeout = std::chrono::milliseconds{*timeout};
    command = [options](const command_env& env) { return healthcheck(*options, env); };
  });
}

void add_inspect(CLI::App& token, chosen& command) {
  auto* added = token.add_subcommand("inspect", "Decode a token WITHOUT verifying it");
  added->footer(
      "Examples:\n"
      "  latchkey token inspect - < token.txt\n"
      "  pbpaste | latchkey token inspect -\n"
      "An argument can be seen by other users of this machine and stays in the shell's history.\n"
      "Exit status: 0 decoded, 1 not a token that could ever be accepted.");
  const auto text = std::make_shared<std::string>();
  added->add_option("token", *text, "The token, or - for standard input")->required();
  added->callback([&command, text] {
    command = [text](const command_env& env) { return inspect_token(*text, env); };
  });
}

void add_verify(CLI::App& token, chosen& command) {
  auto* added = token.add_subcommand(
      "verify", "Verify a token as the server does, and say which check refused it");
  added->footer(
      "Examples:\n"
      "  latchkey token verify - --jwks keys.json --issuer https://idp.example/ "
      "--audience account < token.txt\n"
      "  latchkey token verify - --jwks keys.json --config conf/latchkey.toml < token.txt\n"
      "Exit status: 0 valid, 1 refused, 2 wrong usage or a file that cannot be used.");
  const auto options = std::make_shared<verify_options>();
  added->add_option("token", options->token, "The token, or - for standard input")->required();
  added->add_option("--jwks", options->jwks, "The issuer's keys, a JWK set")
      ->required()
      ->check(existing_file())
      ->type_name("FILE");
  auto* config = add_config(*added, options->config);
  auto* issuer = added->add_option("--issuer", options->issuer,
                                   "What \"iss\" must be; with --config, whose rules to take");
  auto* audience = added
                       ->add_option("--audience", options->audiences,
                                    "What \"aud\" must name; may be given again")
                       ->allow_extra_args(false)
                       ->excludes(config);
  added
      ->add_option("--audience-claim", options->audience_claim, "The claim that names the audience")
      ->capture_default_str()
      ->excludes(config);
  added->add_option("--now", options->now, "Judge at this time: seconds since 1970")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'000'000'000}))
      ->type_name("SECONDS");
  added->callback([&command, options, config, issuer, audience] {
    if (config->empty() && (issuer->empty() || audience->empty())) {
      throw CLI::RequiredError{"--config, or --issuer and --audience,"};
    }
    command = [options](const command_env& env) { return verify_token(*options, env); };
  });
}

void add_token(CLI::App& program, chosen& command) {
  auto* token = program.add_subcommand("token", "Look at a token, or verify one");
  token->require_subcommand(1);
  add_inspect(*token, command);
  add_verify(*token, command);
}

std::string failure_text(const CLI::App* program, const CLI::Error& wrong) {
  auto text = CLI::FailureMessage::simple(program, wrong);
  if (std::string{wrong.what()} == "--config is required") text = text + init_advice + '\n';
  return text;
}

}  // namespace

int run(std::vector<std::string> args, const command_env& env) {
  CLI::App program{"HTTPS server that verifies JSON Web Tokens and guards routes by scope",
                   "latchkey"};
  program.set_version_flag("--version", "latchkey " LATCHKEY_VERSION);
  program.require_subcommand(1);
  program.failure_message(failure_text);
  program.footer(
      "Examples:\n"
      "  latchkey init --provider auth0 --domain tenant.eu.auth0.com --audience "
      "https://api.example/ "
      "--output latchkey.toml\n"
      "  latchkey check-config --config conf/latchkey.toml\n"
      "  latchkey doctor --config conf/latchkey.toml\n"
      "  latchkey serve --config conf/latchkey.toml\n"
      "  latchkey token inspect - < token.txt\n"
      "Exit status: 0 success, 1 refused or not valid, 2 wrong usage.\n"
      "latchkey COMMAND --help tells more.");
  chosen command;
  add_config_commands(program, command);
  init::add_init(program, command);
  add_routes(program, command);
  add_reference(program, command);
  add_healthcheck(program, command);
  doctor::add_doctor(program, command);
  add_token(program, command);
  add_document_commands(program, LATCHKEY_VERSION, [&command](std::function<std::string()> text) {
    command = [text = std::move(text)](const command_env& to) {
      to.out << text();
      return exit_ok;
    };
  });
  if (const auto ended = parse_command(program, std::move(args), env.out, env.err)) {
    return *ended;
  }
  return command(env);
}

}  // namespace latchkey::programs
