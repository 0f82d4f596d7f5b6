#include "issuer/cli.hpp"

#include "document_commands.hpp"
#include "issuer/cli_serve.hpp"
#include "issuer/control_client.hpp"
#include "issuer/key_file.hpp"
#include "issuer/key_ring.hpp"
#include "issuer/mint.hpp"
#include "parse_command.hpp"

#include <latchkey/jose/json.hpp>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <cstdint>
#include <memory>
#include <ostream>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

constexpr const char* warning =
    "For development and tests only: it lets in any name and signs anything it is asked to.";

struct mint_command_options {
  std::string issuer_url = "http://127.0.0.1:9400";
  std::filesystem::path key;
  // The order as the control endpoint takes it, with what was given on the command line.
  json::object order;
};

// "name=json" into its two halves.
void put_member(json::object& into, const char* option, const std::string& text) {
  const auto equals = text.find('=');
  const auto parsed = equals == text.npos
                          ? core::result<json::value>{json::value{}}
                          : jose::parse_json(std::string_view{text}.substr(equals + 1));
  if (equals == text.npos || equals == 0 || !parsed) {
    throw CLI::ValidationError{
        option, "expected NAME=JSON, a text in its quotes: --claim 'team=\"blue\"', not " + text};
  }
  into[text.substr(0, equals)] = *parsed;
}

json::object& member(json::object& of, const char* name) {
  return of.emplace(name, json::object{}).first->value().as_object();
}

// Options are read as they come, so that what was not given is left to the issuer.
void add_mint_options(CLI::App& added, const std::shared_ptr<mint_command_options>& options) {
  const auto text = [&added, options](const char* option, const char* name, const char* what) {
    added.add_option_function<std::string>(
        option, [options, name](const std::string& value) { options->order[name] = value; }, what);
  };
  const auto seconds = [&added, options](const char* option, const char* name, const char* what) {
    added
        .add_option_function<std::string>(
            option,
            [options, option, name](const std::string& value) {
              options->order[name] = seconds_or_refuse(option, value).count();
            },
            what)
        ->type_name("TIME");
  };
  using texts = std::vector<std::string>;
  text("--scope", "scope", "Scopes, separated by spaces");
  text("--subject", "subject", "The claim sub (default: user1)");
  text("--audience", "audience", "The claim aud (default: the issuer's, or account)");
  text("--issuer", "issuer", "The claim iss (default: the issuer's own)");
  text("--client-id", "client_id", "The claim client_id");
  seconds("--expires-in", "expires_in", "From now on; may be negative, as --expires-in=-60");
  seconds("--not-before", "not_before", "The claim nbf, from now on; may be negative");
  const auto members = [&added, options](const char* option, const char* name, const char* what) {
    added
        .add_option_function<texts>(
            option,
            [options, option, name](const texts& values) {
              for (const auto& one : values) put_member(member(options->order, name), option, one);
            },
            what)
        ->allow_extra_args(false)
        ->type_name("NAME=JSON");
  };
  members("--claim", "claims", "A further claim, or another value for one; may be given again");
  members("--header", "header", "The same for the header");
  added
      .add_option_function<texts>(
          "--no-claim",
          [options](const texts& values) {
            options->order["without"] = json::array(values.begin(), values.end());
          },
          "Leave this claim out; may be given again")
      ->allow_extra_args(false)
      ->type_name("NAME");
  added.add_option_function<std::string>(
      "--kid",
      [options](const std::string& value) { member(options->order, "header")["kid"] = value; },
      "The kid in the header, whatever key signs");
}

int mint_command(const mint_command_options& options, const command_env& env) {
  const auto order = json::serialize(options.order);
  if (options.key.empty()) {
    env.out << post_control(options.issuer_url, "/control/mint", order) << '\n';
    return 0;
  }
  mint_options defaults;
  defaults.issuer = options.issuer_url;
  std::string why;
  const auto read = parse_mint_options(order, std::move(defaults), why);
  if (!read) throw std::runtime_error{why};
  env.out << mint(*read, read_key(options.key), env.clock.wall()) << '\n';
  return 0;
}

void add_mint(CLI::App& program, chosen& command) {
  auto* added = program.add_subcommand("mint", "Print a token, good or bad on purpose");
  added->footer(
      "Examples:\n"
      "  latchkey-issuer mint --scope 'example:note:read example:note:create'\n"
      "  latchkey-issuer mint --expires-in=-60\n"
      "  latchkey-issuer mint --no-claim aud --claim 'groups=[\"a\",\"b\"]' --kid nope\n"
      "  latchkey-issuer mint --key dev/issuer.pem --issuer https://idp.example/\n"
      "A running issuer signs, or the key of --key. The token alone goes to standard output.");
  const auto options = std::make_shared<mint_command_options>();
  auto* url = added
                  ->add_option("--issuer-url", options->issuer_url,
                               "The running issuer that signs, on this machine")
                  ->capture_default_str()
                  ->type_name("URL");
  added->add_option("--key", options->key, "PEM file of the key that signs instead")
      ->check(CLI::ExistingFile)
      ->excludes(url)
      ->type_name("FILE");
  add_mint_options(*added, options);
  added->callback([&command, options] {
    command = [options](const command_env& env) { return mint_command(*options, env); };
  });
}

void add_keys(CLI::App& program, chosen& command) {
  auto* added = program.add_subcommand("keys", "Make a signing key, or read one; print its JWKS");
  added->footer(
      "Example:\n"
      "  latchkey-issuer keys --key dev/issuer.pem > dev/jwks.json");
  const auto file = std::make_shared<std::filesystem::path>();
  const auto bits = std::make_shared<unsigned>(2048);
  added->add_option("--key", *file, "PEM file; made where it does not exist")
      ->required()
      ->type_name("FILE");
  added->add_option("--bits", *bits, "Of a new key")
      ->capture_default_str()
      ->check(CLI::Range(1024U, 8192U));
  added->callback([&command, file, bits] {
    command = [file, bits](const command_env& env) {
      const auto key = read_or_make_key(*file, *bits);
      env.out << jwks_of({&key}) << '\n';
      return 0;
    };
  });
}

}  // namespace

std::chrono::seconds seconds_or_refuse(const char* option, const std::string& text) {
  const auto parsed = parse_seconds(text);
  if (!parsed) throw CLI::ValidationError{option, "expected a time such as 90, 90s, -5m or 1h"};
  return *parsed;
}

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  constexpr std::int64_t century = 100LL * 366 * 24 * 3600;
  std::int64_t number = 0;
  const auto* begin = text.data();
  const auto* end = begin + text.size();
  const auto [rest, error] = std::from_chars(begin, end, number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit{rest, static_cast<std::size_t>(end - rest)};
  const std::int64_t factor = unit.empty() || unit == "s" ? 1
                              : unit == "m"               ? 60
                              : unit == "h"               ? 3600
                              : unit == "d"               ? 86'400
                                                          : 0;
  if (factor == 0 || number > century / factor || number < -century / factor) return std::nullopt;
  return std::chrono::seconds{number * factor};
}

int run(std::vector<std::string> args, const command_env& env) {
  CLI::App program{std::string{"A development identity provider for latchkey. "} + warning,
                   "latchkey-issuer"};
  program.set_version_flag("--version", "latchkey-issuer " LATCHKEY_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Examples:\n"
      "  latchkey-issuer serve &\n"
      "  latchkey-issuer mint --scope example:note:read\n"
      "Exit status: 0 success, 1 refused or failed, 2 wrong usage.\n"
      "latchkey-issuer COMMAND --help tells more.");
  chosen command;
  add_serve(program, command);
  add_mint(program, command);
  add_keys(program, command);
  programs::add_document_commands(program, LATCHKEY_VERSION,
                                  [&command](std::function<std::string()> text) {
                                    command = [text = std::move(text)](const command_env& to) {
                                      to.out << text();
                                      return 0;
                                    };
                                  });
  if (const auto ended = programs::parse_arguments(program, std::move(args), env.out, env.err)) {
    return *ended;
  }
  try {
    return command(env);
  } catch (const std::exception& fault) {
    env.err << "latchkey-issuer: " << fault.what() << '\n';
    return 1;
  }
}

}  // namespace latchkey::issuer
