// The programs that a contender needs: whether they are installed, their versions, and the command
// that runs them on given cores. Not for their configuration.
#pragma once

#include "compare/options.hpp"

#include <latchkey/async/task.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::compare {

// What a contender is made of that this project does not build.
struct needs {
  std::vector<std::string> programs;  // by name, looked for in PATH and where servers are installed
  std::vector<std::string> files;
  std::string packages;  // of Debian, by which both come
};
needs needs_of(contender one);

// The first of that name in `path` (as PATH), then in /usr/sbin and /usr/bin.
std::optional<std::filesystem::path> find_program(std::string_view name, std::string_view path);
// In this process's PATH.
std::optional<std::filesystem::path> find_program(std::string_view name);

// "haproxy is not there: apt-get install haproxy"; empty where nothing is missing.
std::string missing_of(contender one);

// The arguments of taskset: those cores, then the program and its own.
std::vector<std::string> pinned_command(const std::vector<unsigned>& cores,
                                        const std::filesystem::path& program,
                                        std::vector<std::string> args);

// The command, program first, that prints the version of a contender; empty where it is our own.
std::vector<std::string> version_command(contender one);
// What is to be shown of what that printed.
std::string version_in(contender one, std::string_view printed);

}  // namespace latchkey::bench::compare
