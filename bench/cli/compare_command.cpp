#include "cli/commands.hpp"
#include "compare/compare.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>

namespace latchkey::bench {
namespace {

// Small enough to take seconds only, for what has not been given.
void make_quick(const CLI::App& command, compare_options& options) {
  const auto unless_given = [&command](const char* name, auto& value, auto quick) {
    if (command.get_option(name)->empty()) value = quick;
  };
  unless_given("--rounds", options.rounds, 1U);
  unless_given("--seconds", options.seconds, 0.3);
  unless_given("--tokens", options.distinct_tokens, 64U);
  unless_given("--idle-connections", options.idle_connections, 50U);
  unless_given("--many-connections", options.many_connections, 200U);
}

void add_size_options(CLI::App& command, compare_options& options) {
  command.add_option("--rounds", options.rounds, "How often each is measured, in turn")
      ->capture_default_str();
  command.add_option("--seconds", options.seconds, "Of each server in each round")
      ->capture_default_str();
  command.add_option("--connections", options.connections, "TLS connections of the load client")
      ->capture_default_str();
  command.add_option("--tokens", options.distinct_tokens, "Tokens in turn, where each is paid for")
      ->capture_default_str();
  command
      .add_option("--hot", options.hot_tokens, "Tokens in turn, where they come again and again")
      ->capture_default_str();
  command
      .add_option("--idle-connections", options.idle_connections,
                  "Connections at rest, for the memory of one")
      ->capture_default_str();
  command
      .add_option("--many-connections", options.many_connections,
                  "Connections that a request should cost the same with")
      ->capture_default_str();
}

}  // namespace

void add_compare(CLI::App& program, command_fn& chosen) {
  auto* added = program.add_subcommand(
      "compare", "latchkey beside other servers that check tokens, on this machine");
  added->footer(
      "Examples:\n"
      "  latchkey-bench compare haproxy hello\n"
      "  latchkey-bench compare haproxy --only distinct,hot --rounds 5 --html compare.html\n"
      "  latchkey-bench compare haproxy --only distinct --set verify.avx512=off\n"
      "  latchkey-bench compare --quick\n"
      "Starts each server itself, with the same tokens and certificate, pinned to a core apart "
      "from the load client.\n"
      "haproxy, nginx (with Lua) and fastapi are Debian's packages; hello stands beside this "
      "program.\n"
      "Exit status: 0 measured, 1 a server is missing or answers wrongly, 2 wrong usage, 130 "
      "stopped by Ctrl-C.");
  const auto asked = std::make_shared<compare_options>();
  const auto quick = std::make_shared<bool>(false);
  added
      ->add_option("contenders", asked->contenders,
                   "haproxy, fastapi, nginx, hello (default: all that are installed)")
      ->delimiter(',')
      ->type_name("NAME,...");
  added
      ->add_option("--only", asked->only,
                   "Parts: distinct, hot, handshakes, idle, connections, workers (default: all)")
      ->delimiter(',')
      ->type_name("PART,...");
  add_size_options(*added, *asked);
  added
      ->add_option("--set", asked->settings,
                   "A setting of latchkey's configuration, as its own --set takes it; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  added->add_option("--html", asked->html, "Write the figures as a page, too")->type_name("FILE");
  added->add_flag("--json", asked->json, "One JSON object in place of the tables");
  added->add_flag("--quick", *quick, "A few seconds in all, to see that it works: rough figures");
  added->callback([added, asked, quick, &chosen] {
    if (*quick) make_quick(*added, *asked);
    if (const auto problem = problem_of(*asked); !problem.empty()) {
      throw CLI::ValidationError{problem};
    }
    chosen = [asked](const cli_env& with) { return with.compare(*asked); };
  });
}

}  // namespace latchkey::bench
