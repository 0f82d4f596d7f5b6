#include "cli.hpp"

#include "compare_command.hpp"
#include "load_command.hpp"
#include "report_command.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace latchkey::bench {
namespace {

using chosen = std::function<int(const cli_env&)>;

// What is asked for beside the options themselves.
struct verify_arguments {
  verify_options options;
  std::vector<std::string> only;
  std::string time = "cpu";
  std::string batch = "auto";
  bool quick = false;
};

section section_or_refuse(const std::string& name) {
  const auto found = section_named(name);
  if (!found) {
    throw CLI::ValidationError{
        "--only", "there is no part \"" + name + "\": take stages, steps, threads or keys"};
  }
  return *found;
}

bool one_of(const char* option, const std::string& text, const char* yes, const char* no) {
  if (text == yes) return true;
  if (text == no) return false;
  throw CLI::ValidationError{option, "cannot be \"" + text + "\": take " + yes + " or " + no};
}

// Small enough to take seconds only, for what has not been given.
void make_quick(const CLI::App& command, verify_options& options) {
  const auto unless_given = [&command](const char* name, auto& value, auto quick) {
    if (command.get_option(name)->empty()) value = quick;
  };
  unless_given("--keys", options.keys, 2U);
  unless_given("--tokens", options.tokens, 64U);
  unless_given("--rounds", options.rounds, 2U);
  unless_given("--seconds", options.seconds, 0.01);
  unless_given("--threads", options.threads, std::min(options.threads, 2U));
}

void add_size_options(CLI::App& command, verify_options& options) {
  command.add_option("--tokens", options.tokens, "Distinct tokens, taken in turn")
      ->capture_default_str();
  command.add_option("--keys", options.keys, "Keys that sign them, in turn")->capture_default_str();
  command.add_option("--hot", options.hot, "Tokens that are asked for again and again (cache)")
      ->capture_default_str();
  command.add_option("--rounds", options.rounds, "How often each stage is measured; medians count")
      ->capture_default_str();
  command.add_option("--seconds", options.seconds, "Of each stage in each round")
      ->capture_default_str();
  command
      .add_option("--threads", options.threads, "Measure with 1 to so many (default: all cores)")
      ->capture_default_str();
}

void add_verify(CLI::App& program, const cli_env& env, chosen& command) {
  auto* added = program.add_subcommand(
      "verify", "How many tokens a second can be verified, beside OpenSSL's bare signature check");
  added->footer(
      "Examples:\n"
      "  latchkey-bench verify\n"
      "  latchkey-bench verify --only stages --rounds 15\n"
      "  latchkey-bench verify --only stages,threads --batch off --threads 4\n"
      "  latchkey-bench verify --quick --json\n"
      "Every answer is checked. Exit status: 0 measured, 1 a wrong answer, 2 wrong usage, 130 "
      "stopped by Ctrl-C\n(what was measured until then is shown).");
  const auto asked = std::make_shared<verify_arguments>();
  asked->options.threads = env.cores;
  add_size_options(*added, asked->options);
  added->add_option("--only", asked->only, "Parts: stages, steps, threads, keys (default: all)")
      ->delimiter(',')
      ->type_name("PART,...");
  added->add_option("--time", asked->time, "Seconds of the thread's CPU time, or on the wall")
      ->capture_default_str()
      ->type_name("cpu|wall");
  added->add_option("--batch", asked->batch, "Check eight signatures at once, where that is there")
      ->capture_default_str()
      ->type_name("auto|off");
  added->add_flag("--quick", asked->quick,
                  "A few seconds in all, to see that it works: rough figures");
  added->add_flag("--json", asked->options.json, "One JSON object in place of the tables");
  added->callback([added, asked, &command] {
    auto& options = asked->options;
    for (const auto& name : asked->only) options.only.push_back(section_or_refuse(name));
    options.time = one_of("--time", asked->time, "cpu", "wall") ? time_kind::cpu : time_kind::wall;
    options.batch = one_of("--batch", asked->batch, "auto", "off");
    if (asked->quick) make_quick(*added, options);
    if (const auto problem = problem_of(options)) throw CLI::ValidationError{*problem};
    command = [options](const cli_env& with) {
      return with.verify(options) ? exit_ok : exit_stopped;
    };
  });
}

// A command that takes the real server through rows of faults. `run` is which of the cli_env's
// functions carries it out.
void add_faults(CLI::App& program, chosen& command, const char* name, const char* what,
                const std::string& examples,
                std::function<int(const idp_faults_options&)> cli_env::* run) {
  auto* added = program.add_subcommand(name, what);
  added->footer(
      "Examples:\n" + examples +
      "Starts latchkey and latchkey-issuer, which stand beside it, on free loopback ports.\n"
      "Exit status: 0 every requirement holds, 1 one does not, 2 wrong usage, 130 stopped by "
      "Ctrl-C.");
  const auto asked = std::make_shared<idp_faults_options>();
  added->add_option("--only", asked->only, "Rows, or groups of them (default: all)")
      ->delimiter(',')
      ->type_name("ROW,...");
  added->add_flag("--quick", asked->quick, "Shorter load, the same requirements: under 3 minutes");
  added->add_flag("--json", asked->json, "One JSON object in place of the table");
  added->add_flag("--list", asked->list, "The names of the rows, and nothing else");
  added->callback([asked, run, &command] {
    command = [asked, run](const cli_env& with) {
      try {
        return (with.*run)(*asked);
      } catch (const std::invalid_argument& wrong) {
        with.err << "--only: " << wrong.what() << '\n';
        return exit_usage;
      }
    };
  });
}

void add_idp_faults(CLI::App& program, chosen& command) {
  add_faults(program, command, "idp-faults",
             "Run the real server through every fault an identity provider can have",
             "  latchkey-bench idp-faults --quick\n"
             "  latchkey-bench idp-faults --only cold,fault:html\n"
             "  latchkey-bench idp-faults --only fault --json\n",
             &cli_env::idp_faults);
}

void add_client_faults(CLI::App& program, chosen& command) {
  add_faults(program, command, "client-faults",
             "Run the real server through clients that mean it ill, beside one that behaves",
             "  latchkey-bench client-faults --quick\n"
             "  latchkey-bench client-faults --only key-updates,slow-head --json\n",
             &cli_env::client_faults);
}

// A first word that is no command, which the parser would only call missing.
std::optional<std::string> unknown_command(const CLI::App& program,
                                           const std::vector<std::string>& args) {
  if (args.empty() || args.front().starts_with('-')) return std::nullopt;
  std::string known;
  for (const auto* one : program.get_subcommands({})) {
    if (one->get_name() == args.front()) return std::nullopt;
    known += (known.empty() ? "" : ", ") + one->get_name();
  }
  return "unknown command \"" + args.front() + "\"; expected one of: " + known;
}

}  // namespace

int run_command_line(std::vector<std::string> args, const cli_env& env) {
  CLI::App program{"Measures what latchkey does, beside what it could do at best",
                   "latchkey-bench"};
  program.set_version_flag("--version", "latchkey-bench " LATCHKEY_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Examples:\n"
      "  latchkey-bench verify\n"
      "  latchkey-bench verify --json > figures.json\n"
      "  latchkey-bench idp-faults --quick\n"
      "  latchkey-bench client-faults --quick\n"
      "  latchkey-bench load https://localhost:8443/openapi.json --ca cert.pem\n"
      "  latchkey-bench report A.json B.json\n"
      "  latchkey-bench compare haproxy hello\n"
      "latchkey-bench COMMAND --help tells more.");
  chosen command;
  add_verify(program, env, command);
  add_idp_faults(program, command);
  add_client_faults(program, command);
  add_load(program, command);
  add_report(program, command);
  add_compare(program, command);
  if (const auto problem = unknown_command(program, args)) {
    env.err << *problem << "\nRun with --help for more information.\n";
    return exit_usage;
  }
  try {
    std::reverse(args.begin(), args.end());  // the order that parse asks for
    program.parse(std::move(args));
  } catch (const CLI::ParseError& stopped) {
    return program.exit(stopped, env.out, env.err) == 0 ? exit_ok : exit_usage;
  }
  return command(env);
}

}  // namespace latchkey::bench
