#include "config_describe.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

const std::vector<std::string>& route_handlers() {
  static const auto names = [] {
    std::vector<std::string> all;
    all.reserve(enum_names::handlers.size());
    for (const auto& [name, unused] : enum_names::handlers) all.emplace_back(name);
    return all;
  }();
  return names;
}

}  // namespace latchkey::app
