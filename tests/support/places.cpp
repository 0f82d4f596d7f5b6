#include "support/places.hpp"

namespace latchkey::support {

std::filesystem::path project_root() {
  return LATCHKEY_PROJECT;
}

std::filesystem::path vectors_root() {
  return LATCHKEY_VECTORS;
}

}  // namespace latchkey::support
