// Which answers to a request are right at its moment: a pure function of its token, its route, the
// times at which it was sent and answered, and of what was done to the world until then. Not for
// sending it.
#pragma once

#include "soak/world.hpp"

#include <latchkey/core/time.hpp>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace latchkey::bench::soak {

enum class token_kind : std::uint8_t {
  valid,
  ending,       // ends within the run
  expired,      // before it was sent for the first time
  not_yet,      // begins within the run
  audience,     // of somebody else
  issuer,       // likewise
  scope,        // of nothing that the routes ask for
  signature,    // a valid one with another signature
  unknown_kid,  // which no key ever had
  garbage,      // no token at all
  none,         // no credentials
  two,          // two tokens, both valid
};
inline constexpr std::array all_kinds{
    token_kind::valid,       token_kind::ending,  token_kind::expired, token_kind::not_yet,
    token_kind::audience,    token_kind::issuer,  token_kind::scope,   token_kind::signature,
    token_kind::unknown_kid, token_kind::garbage, token_kind::none,    token_kind::two};

struct token_facts {
  token_kind kind = token_kind::none;
  std::string kid = {};  // of those that are signed
  core::wall_time begins = core::wall_time::min();
  core::wall_time ends = core::wall_time::max();
};

enum class route : std::uint8_t {
  notes,      // a handler of the server's own, with a scope
  claims,     // another, without one
  post,       // the upstream's, with a body and a scope
  extra,      // of the server's own, there only in some configurations
  forwarded,  // the upstream's, with a scope
  tunnel,     // the same, upgraded
};
std::string_view name_of(route one);

struct moment {
  core::steady_time steady;
  core::wall_time wall;
};

struct question {
  token_facts token;
  route to = route::notes;
  std::size_t body_bytes = 0;
};

// Statuses; 0 stands for an answer that did not come, or not to its end.
inline constexpr unsigned no_answer = 0;
using answers = std::set<unsigned>;

answers right_answers(const question& asked, moment sent, moment answered, const world& all);

// What the token was at that time, for reports: as its kind, or what became of its key.
std::string_view label_of(const token_facts& token, steady_time sent, const world& all,
                          std::string_view signing);

// When a tunnel was opened and how it came to an end.
struct tunnel_life {
  core::steady_time opened;
  moment ended;
  core::wall_time token_ends = core::wall_time::max();
  bool by_server = false;  // else by this program
};
enum class tunnel_verdict : std::uint8_t { right, cut, late };
tunnel_verdict judge_tunnel(const tunnel_life& one, const world& all);

}  // namespace latchkey::bench::soak
