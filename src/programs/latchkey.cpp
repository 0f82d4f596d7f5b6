#include "latchkey/issuer_settings.hpp"
#include "latchkey/run.hpp"
#include "latchkey/serve.hpp"
#include "standard_descriptors.hpp"

#include <latchkey/net/record_buffers.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <unistd.h>
#include <utility>

// The environment, as the C library has it.
extern char** environ;

namespace {

latchkey::app::environment_map environment() {
  latchkey::app::environment_map all;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string text{*one};
    const auto equals = text.find('=');
    if (equals != text.npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace latchkey::programs;
  occupy_standard_descriptors();
  latchkey::net::keep_record_buffers();
  // A reader of our output that has gone is an error of that write, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto variables = environment();
    const auto serving = [&variables](latchkey::app::config loaded,
                                      const latchkey::app::config_source& source) {
      const auto manager = service_manager_from(variables, ::getpid());
      for (const auto& one : service_variables()) ::unsetenv(one.c_str());
      return serve(std::move(loaded), source, proxy_from(variables), manager);
    };
    const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    const auto status = run({argv + (argc > 0 ? 1 : 0), argv + argc},
                            {variables, std::cin, std::cout, std::cerr,
                             latchkey::core::system_clock(), serving, terminal});
    // What was printed may not have got anywhere: a full disk, a reader that has gone.
    std::cout.flush();
    if (std::cout) return status;
    std::cerr << "latchkey: cannot write to standard output\n";
    return status == 0 ? exit_refused : status;
  } catch (const std::exception& fault) {
    std::cerr << "latchkey: " << fault.what() << '\n';
    return exit_refused;
  }
}
