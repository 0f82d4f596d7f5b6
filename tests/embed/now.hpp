// Tokens that are valid now, by the clock of this machine: what these tests run has its own
// threads.
#pragma once

#include "support/mint.hpp"

#include <ctime>
#include <string>
#include <utility>

namespace latchkey::embed {

inline std::string mint_now(support::minted says = {},
                            const jose::signing_key& key = support::issuer_key()) {
  says.issued_at = static_cast<std::int64_t>(std::time(nullptr)) - 10;
  return support::mint(says, key);
}

}  // namespace latchkey::embed
