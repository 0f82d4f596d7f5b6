#include <latchkey/core/version.hpp>

namespace latchkey::core {

std::string_view version() {
  return LATCHKEY_VERSION;
}

}  // namespace latchkey::core
