#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

namespace latchkey::bench {
namespace {

// What is asked for beside the options themselves.
struct verify_arguments {
  verify_options options;
  std::vector<std::string> only;
  std::string time = "cpu";
  std::string batch = "auto";
  std::string single = "auto";
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

batch_choice batch_or_refuse(const std::string& name) {
  const auto found = batch_choice_named(name);
  if (!found) {
    throw CLI::ValidationError{"--batch",
                               "cannot be \"" + name + "\": take auto, off, ifma or fma"};
  }
  return *found;
}

single_choice single_or_refuse(const std::string& name) {
  const auto found = single_choice_named(name);
  if (!found) {
    throw CLI::ValidationError{"--single",
                               "cannot be \"" + name + "\": take auto, off, ifma or adx"};
  }
  return *found;
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

}  // namespace

void add_verify(CLI::App& program, unsigned cores, command_fn& chosen) {
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
  asked->options.threads = cores;
  add_size_options(*added, asked->options);
  added->add_option("--only", asked->only, "Parts: stages, steps, threads, keys (default: all)")
      ->delimiter(',')
      ->type_name("PART,...");
  added->add_option("--time", asked->time, "Seconds of the thread's CPU time, or on the wall")
      ->capture_default_str()
      ->type_name("cpu|wall");
  added
      ->add_option(
          "--batch", asked->batch,
          "Check signatures together: by the best kernel there is, by none, or by a certain one")
      ->capture_default_str()
      ->type_name("auto|off|ifma|fma");
  added
      ->add_option(
          "--single", asked->single,
          "Check single signatures by the best kernel for that, by OpenSSL, or by a certain "
          "kernel")
      ->capture_default_str()
      ->type_name("auto|off|ifma|adx");
  added->add_flag("--quick", asked->quick,
                  "A few seconds in all, to see that it works: rough figures");
  added->add_flag("--json", asked->options.json, "One JSON object in place of the tables");
  added->callback([added, asked, &chosen] {
    auto& options = asked->options;
    for (const auto& name : asked->only) options.only.push_back(section_or_refuse(name));
    options.time = one_of("--time", asked->time, "cpu", "wall") ? time_kind::cpu : time_kind::wall;
    options.batch = batch_or_refuse(asked->batch);
    options.single = single_or_refuse(asked->single);
    if (asked->quick) make_quick(*added, options);
    if (const auto problem = problem_of(options)) throw CLI::ValidationError{*problem};
    chosen = [options](const cli_env& with) {
      return with.verify(options) ? exit_ok : exit_stopped;
    };
  });
}

}  // namespace latchkey::bench
