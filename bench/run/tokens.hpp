// The tokens of a run, made before it begins: read from a file, signed by a key, or by a running
// development issuer. Not for verifying any.
#pragma once

#include "run/options.hpp"
#include "run/workload.hpp"

#include <latchkey/core/time.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::bench::run {

// Thrown where tokens were still being made, or a server was still waited for, when it was said to
// stop.
struct stopped_before : std::runtime_error {
  stopped_before() : std::runtime_error{"stopped before the load began"} {}
};

// Asked between two batches of tokens, with what is being done: whether to go on.
using go_on = std::function<bool(const std::string& doing)>;

using token_list = std::shared_ptr<const std::vector<std::string>>;

// So many tokens of a kind ("valid", "expired", "scope", "kid", "audience", "garbage"). Throws
// std::runtime_error where they cannot be had, stopped_before where it may not go on.
token_list make_tokens(const token_options& asked, const std::string& kind, std::uint64_t count,
                       const core::clock& clock, const go_on& goes_on);

// What /control/mint of an issuer is asked for such tokens.
std::string mint_request(const token_options& asked, const std::string& kind, std::uint64_t count);

// One a line, empty lines left out. Throws std::runtime_error for a file that cannot be read, has
// none, or has what cannot stand in a head.
token_list read_tokens(const std::string& file);

// The kinds of the mix, each with its tokens and the answers that are right.
std::vector<token_kind> make_kinds(const load_options& asked, const core::clock& clock,
                                   const go_on& goes_on);

}  // namespace latchkey::bench::run
