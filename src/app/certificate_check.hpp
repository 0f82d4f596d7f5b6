// Loads the certificates of a configuration as serve does, to say what is wrong with them before it
// starts. Not for using them.
#pragma once

#include <latchkey/app/config.hpp>

#include <stdexcept>
#include <string>

namespace latchkey::app {

// Both throw std::runtime_error that names the file, says what it holds and what was expected.
void load_server_certificates(const server_config& server);
void load_client_certificates(const issuer_config& issuer);

// What a function like these throws, as text; empty if it does not throw.
template <class Function>
std::string fault_of_loading(const Function& load) {
  try {
    load();
    return {};
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
}

}  // namespace latchkey::app
