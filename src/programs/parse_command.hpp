// How all programs read their command lines with CLI11. Not for what their commands are.
#pragma once

#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::programs {

// A first word that is no command, which the parser would only call missing.
inline std::optional<std::string> unknown_command(const CLI::App& program,
                                                  const std::vector<std::string>& args) {
  if (args.empty() || args.front().starts_with('-')) return std::nullopt;
  std::string known;
  for (const auto* one : program.get_subcommands({})) {
    if (one->get_name() == args.front()) return std::nullopt;
    known += (known.empty() ? "" : ", ") + one->get_name();
  }
  return "unknown command \"" + args.front() + "\"; expected one of: " + known;
}

// An option that is none, which the parser would call missing in its right spelling, or name last.
inline std::optional<std::string> unknown_option(const CLI::App& program) {
  for (const auto& one : program.remaining(true)) {
    if (one.size() > 1 && one.starts_with('-')) return "unknown option \"" + one + '"';
  }
  return std::nullopt;
}

// The exit status with which the program ends: 0 where help or a version was asked for, 2 for wrong
// usage, told on `err`. Nothing where it goes on with what was parsed.
inline std::optional<int> parse_arguments(CLI::App& program, std::vector<std::string> args,
                                          std::ostream& out, std::ostream& err) {
  try {
    std::reverse(args.begin(), args.end());  // the order that parse asks for
    program.parse(std::move(args));
  } catch (const CLI::ParseError& stopped) {
    const auto code = stopped.get_exit_code();
    const bool asked_for_more = code == static_cast<int>(CLI::ExitCodes::RequiredError) ||
                                code == static_cast<int>(CLI::ExitCodes::ExtrasError);
    if (const auto problem = unknown_option(program); asked_for_more && problem) {
      err << *problem << "\nRun with --help for more information.\n";
      return 2;
    }
    return program.exit(stopped, out, err) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

// The same, with an unknown command told as such.
inline std::optional<int> parse_command(CLI::App& program, std::vector<std::string> args,
                                        std::ostream& out, std::ostream& err) {
  if (const auto problem = unknown_command(program, args)) {
    err << *problem << "\nRun with --help for more information.\n";
    return 2;
  }
  return parse_arguments(program, std::move(args), out, err);
}

}  // namespace latchkey::programs
