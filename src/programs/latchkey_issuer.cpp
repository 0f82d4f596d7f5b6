#include "issuer/cli.hpp"
#include "issuer/serve.hpp"
#include "standard_descriptors.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  using namespace latchkey::issuer;
  latchkey::programs::occupy_standard_descriptors();
  const auto serving = [](const serve_options& options) { return serve(options, std::cout); };
  try {
    const auto status = run({argv + (argc > 0 ? 1 : 0), argv + argc},
                            {std::cout, std::cerr, latchkey::core::system_clock(), serving});
    // What was printed may not have got anywhere: a full disk, a reader that has gone.
    std::cout.flush();
    if (std::cout) return status;
    std::cerr << "latchkey-issuer: cannot write to standard output\n";
    return status == 0 ? 1 : status;
  } catch (const std::exception& fault) {
    std::cerr << "latchkey-issuer: " << fault.what() << '\n';
    return 1;
  }
}
