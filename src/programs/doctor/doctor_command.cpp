#include "doctor_command.hpp"

#include "doctor.hpp"

#include <chrono>
#include <memory>

namespace latchkey::doctor {

void add_doctor(CLI::App& program, programs::chosen& command) {
  auto* added = program.add_subcommand(
      "doctor", "Try all that a configuration needs, and say what is wrong and what to do");
  added->footer(
      "Examples:\n"
      "  latchkey doctor --config conf/latchkey.toml\n"
      "  latchkey doctor --config conf/latchkey.toml --token - < token.txt\n"
      "  latchkey doctor --config conf/latchkey.toml --json | jq '.findings[] | "
      "select(.state == \"fault\")'\n"
      "Names, connections, certificates, keys, clocks, ports, files and limits are looked at; no "
      "secret is shown.\n"
      "Exit status: 0 no fault, 1 a fault, 2 wrong usage.");
  const auto options = std::make_shared<doctor_options>();
  const auto patience = std::make_shared<unsigned>(5000);
  programs::add_config(*added, options->config)->required();
  added
      ->add_option("--token", options->token,
                   "A token, to be verified with the live keys; - for standard input")
      ->type_name("FILE");
  added->add_option("--timeout", *patience, "Milliseconds that each look into the network may take")
      ->capture_default_str()
      ->check(CLI::Range(1U, 60'000U))
      ->type_name("MS");
  added->add_flag("--json", options->json, "As JSON");
  added->callback([&command, options, patience] {
    options->patience = std::chrono::milliseconds{*patience};
    command = [options](const programs::command_env& env) { return run_doctor(*options, env); };
  });
}

}  // namespace latchkey::doctor
