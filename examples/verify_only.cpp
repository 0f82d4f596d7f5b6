// The verifier and the keys alone, in a program that has no event loop: one token a line on
// standard input, whose it is or why it is refused on standard output. Not for finding tokens in
// requests.
#include <latchkey/embed/refusal.hpp>
#include <latchkey/embed/token_verifier.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace {

using namespace latchkey;

int run(const std::string& issuer) {
  embed::token_verifier verifier{
      {.issuers = {{.rules = {.issuer = issuer, .audiences = {"account"}}}}}};
  std::string token;
  while (std::getline(std::cin, token)) {
    // From any thread, by many at once. It waits for keys where there are none yet.
    const auto who = verifier.verify(token);
    if (who) {
      std::cout << "valid: " << who->subject << (who->scopes.contains("greet") ? ", may greet" : "")
                << std::endl;
    } else {
      std::cout << "refused: " << embed::refusal_of(who.error()).reason << std::endl;
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: verify_only ISSUER < TOKENS\n";
    return 2;
  }
  try {
    return run(arguments[1]);
  } catch (const std::exception& fault) {
    std::cerr << "verify_only: " << fault.what() << "\n";
    return 1;
  }
}
