// The tokens of a run, made before it begins: read from a file, signed by a key, or by a running
// development issuer. Not for verifying any.
#pragma once

#include "run/options.hpp"
#include "run/workload.hpp"

#include <latchkey/core/time.hpp>

#include <functional>
#include <string>
#include <vector>

namespace latchkey::bench::run {

using token_list = std::shared_ptr<const std::vector<std::string>>;

// So many tokens of a kind ("valid", "expired", "scope", "kid", "audience", "garbage"). Throws
// std::runtime_error where they cannot be had.
token_list make_tokens(const token_order& asked, const std::string& kind, std::uint64_t count,
                       const core::clock& clock);

// What /control/mint of an issuer is asked for such tokens.
std::string mint_order(const token_order& asked, const std::string& kind, std::uint64_t count);

// One a line, empty lines left out. Throws std::runtime_error for a file that cannot be read, has
// none, or has what cannot stand in a head.
token_list read_tokens(const std::string& file);

// The kinds of the mix, each with its tokens and the answers that are right.
std::vector<token_kind> make_kinds(const options& asked, const core::clock& clock,
                                   const std::function<void(const std::string&)>& say);

}  // namespace latchkey::bench::run
