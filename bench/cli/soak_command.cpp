#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>
#include <string>
#include <utility>

namespace latchkey::bench {
namespace {

// "90", "90s", "5m", "1h" or "2d", within what a run may take.
std::chrono::seconds duration_of(const std::string& text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit{rest, static_cast<std::size_t>(end - rest)};
  const std::int64_t factor = unit.empty() || unit == "s" ? 1
                              : unit == "m"               ? 60
                              : unit == "h"               ? 3'600
                              : unit == "d"               ? 86'400
                                                          : 0;
  const bool read = error == std::errc{} && factor != 0;
  if (!read || number < shortest_soak.count() / factor || number > longest_soak.count() / factor ||
      number * factor < shortest_soak.count()) {
    throw CLI::ValidationError{"--duration",
                               "expected a time from 10s to 30d, such as 90s, 20m or "
                               "1h"};
  }
  return std::chrono::seconds{number * factor};
}

}  // namespace

void add_soak(CLI::App& program, command_fn& chosen) {
  auto* added = program.add_subcommand(
      "soak", "Run the real server for long, under load, faults, rotations and reloads at once");
  added->footer(
      "Examples:\n"
      "  latchkey-bench soak\n"
      "  latchkey-bench soak --duration 90s --seed 7\n"
      "  latchkey-bench soak --duration 12h --rate 1000 --json > soak.json\n"
      "  latchkey-bench soak --duration 5m --seed 7 --list\n"
      "Starts latchkey and latchkey-issuer, which stand beside it, on free loopback ports, and is "
      "their\n"
      "upstream and their clients. What happens when is drawn by the seed, which is told: the same "
      "seed and\n"
      "duration give the same schedule. Each answer is judged by what its token was at that "
      "moment.\n"
      "Exit status: 0 every requirement holds, 1 one does not, 2 wrong usage, 130 stopped by "
      "Ctrl-C.");
  const auto asked = std::make_shared<soak_options>();
  added
      ->add_option_function<std::string>(
          "--duration", [asked](const std::string& text) { asked->duration = duration_of(text); },
          "Of the load, from 10s on (default: 1h)")
      ->type_name("TIME");
  added->add_option("--seed", asked->seed, "Of the schedule (default: one that is drawn, and told)")
      ->type_name("N");
  added->add_option("--rate", asked->rate, "Requests a second")
      ->capture_default_str()
      ->check(CLI::Range(10U, 20'000U));
  added->add_flag("--quiet", asked->quiet, "No lines of progress");
  added->add_flag("--json", asked->json, "One JSON object in place of the tables");
  added->add_flag("--list", asked->list, "The schedule, and nothing is run");
  added->callback(
      [asked, &chosen] { chosen = [asked](const cli_env& with) { return with.soak(*asked); }; });
}

}  // namespace latchkey::bench
