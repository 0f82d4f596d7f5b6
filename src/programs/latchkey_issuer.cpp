#include "issuer/cli.hpp"
#include "issuer/serve.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  using namespace latchkey::issuer;
  const auto serving = [](const serve_options& options) { return serve(options, std::cout); };
  try {
    return run({argv + (argc > 0 ? 1 : 0), argv + argc},
               {std::cout, std::cerr, latchkey::core::system_clock(), serving});
  } catch (const std::exception& fault) {
    std::cerr << "latchkey-issuer: " << fault.what() << '\n';
    return 1;
  }
}
