// A first configuration as text: server, issuer, and routes. Pure. Not for writing it anywhere.
#pragma once

#include "form.hpp"

#include <string>
#include <vector>

namespace latchkey::init {

struct choices {
  std::string certificate = "server.pem";  // as it is to stand in the text
  std::string private_key = "server.key";
  std::string upstream;             // the URL of an API; empty: the article's routes
  std::string path = "/api/*";      // of the route to the upstream
  std::vector<std::string> scopes;  // that this route asks for
};

// `given` is what completed() gave.
std::string configuration_text(const form& of, const answers& given, const choices& with);

}  // namespace latchkey::init
