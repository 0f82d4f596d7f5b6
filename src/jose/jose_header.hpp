// The header of a token, decoded and checked, or remembered from a token before it: nearly all
// tokens of a key have the very same one. Not for the other parts.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/jws.hpp>

#include <memory_resource>
#include <optional>
#include <string_view>

namespace latchkey::jose {

// The texts lie in the memory that read_jose_header was given.
struct jose_header {
  std::string_view algorithm;
  std::optional<std::string_view> kid;
  token_type type = token_type::absent;
  bool has_nonce = false;
};

// Decodes one part of a token, not empty, and checks it as parse_jws says. Each thread remembers
// the last few parts that passed, under the limits they passed, and does not check these again:
// whether a part passes depends on nothing but itself and the limits.
core::result<jose_header> read_jose_header(std::string_view part, const token_limits& limits,
                                           std::pmr::memory_resource& memory);

}  // namespace latchkey::jose
