#include "soak/oracle.hpp"

#include "soak/terms.hpp"

#include <algorithm>

namespace latchkey::bench::soak {
namespace {

constexpr unsigned ok = 200;
constexpr unsigned switching = 101;
constexpr unsigned bad_request = 400;
constexpr unsigned unauthorized = 401;
constexpr unsigned forbidden = 403;
constexpr unsigned not_found = 404;
constexpr unsigned too_large = 413;
constexpr unsigned bad_gateway = 502;
constexpr unsigned unavailable = 503;
constexpr unsigned gateway_timeout = 504;

bool is_forwarded(route to) {
  return to == route::forwarded || to == route::post || to == route::tunnel;
}

bool asks_for_scope(route to) {
  return to != route::claims && to != route::extra;
}

// Whether the server may know the key, and whether it may not.
struct key_knowledge {
  bool may_know = false;
  bool may_not = true;
  bool new_to_it = false;  // published so shortly before that it need not have asked for it
};

key_knowledge knowledge_of(const key_life* key, span_of_time when, const world& all) {
  key_knowledge made;
  if (key == nullptr) return made;
  const auto learnt = known_by(all, key->published.by, cooldown + settle);
  const auto forgotten = known_by(all, key->removed.by, max_age + settle);
  made.may_know = when.to >= key->published.from && when.from <= forgotten;
  made.new_to_it = when.from <= later(key->published.by, cooldown + settle);
  made.may_not = when.from <= learnt || when.to >= key->removed.from;
  return made;
}

// What is said of the claims once the signature is found to be right.
void add_claims_answers(const question& asked, moment sent, moment answered, answers& made) {
  const auto& token = asked.token;
  const bool wrong = token.kind == token_kind::audience || token.kind == token_kind::expired;
  const bool over = answered.wall + clock_grain >= token.ends;
  const bool surely_over = sent.wall - clock_grain >= token.ends;
  const bool early = sent.wall - clock_grain < token.begins;
  const bool surely_early = answered.wall + clock_grain < token.begins;
  if (wrong || over || early) made.insert(unauthorized);
  if (wrong || surely_over || surely_early) return;
  const bool lacks_scope = token.kind == token_kind::scope && asks_for_scope(asked.to);
  made.insert(lacks_scope ? forbidden : ok);
  // What is being forwarded ends with its token.
  if (is_forwarded(asked.to) && over) made.insert(no_answer);
}

answers token_answers(const question& asked, moment sent, moment answered, const world& all) {
  answers made;
  switch (asked.token.kind) {
    case token_kind::none:
    case token_kind::garbage:
    case token_kind::issuer:
      return {unauthorized};
    default:
      break;
  }
  const span_of_time when{sent.steady, answered.steady};
  const auto stale = stale_keys(all, when);
  const auto known = knowledge_of(all.key(asked.token.kid), when, all);
  const bool outage = touches_outage(all, when);
  if (stale.may) made.insert(unavailable);
  if (known.may_not) {
    // Nobody knows whether it exists while the provider cannot be asked.
    if (outage) made.insert(unavailable);
    const auto* key = all.key(asked.token.kid);
    const bool removed = key == nullptr || when.to >= key->removed.from;
    if (removed || known.new_to_it) made.insert(unauthorized);
  }
  if (!known.may_know || stale.must) return made;
  if (asked.token.kind == token_kind::signature) {
    made.insert(unauthorized);
  } else {
    add_claims_answers(asked, sent, answered, made);
  }
  return made;
}

// What an upstream makes of a good request.
void add_upstream_answers(const question& asked, span_of_time when, const world& all,
                          answers& made) {
  made.insert(asked.to == route::tunnel ? switching : ok);
  const auto trouble = touches_fault(all, when);
  if (trouble.any) made.insert({bad_gateway, unavailable, gateway_timeout});
  if (trouble.cuts) made.insert(no_answer);
}

// A good token gets what the route makes of it.
void put_route_answers(const question& asked, span_of_time when, const world& all, answers& made) {
  const bool good = made.erase(ok) > 0;
  const auto states = states_in_use(all, when);
  const auto some = [&](auto wanted) { return std::any_of(states.begin(), states.end(), wanted); };
  const auto has_extra = [](const site_state& one) { return one.extra; };
  const auto lacks_extra = [](const site_state& one) { return !one.extra; };
  const auto fits = [&](const site_state& one) { return asked.body_bytes <= one.body_bytes; };
  const auto is_too_large = [&](const site_state& one) { return !fits(one); };
  switch (asked.to) {
    case route::notes:
    case route::claims:
      if (good) made.insert(ok);
      return;
    case route::extra:
      if (!some(has_extra)) made.clear();
      if (good && some(has_extra)) made.insert(ok);
      if (some(lacks_extra)) made.insert(not_found);
      return;
    case route::post:
      // Nothing of a body is looked at before the token is.
      if (good && some(is_too_large)) made.insert(too_large);
      if (good && some(fits)) add_upstream_answers(asked, when, all, made);
      return;
    case route::forwarded:
    case route::tunnel:
      if (good) add_upstream_answers(asked, when, all, made);
      return;
  }
}

}  // namespace

std::string_view name_of(route one) {
  constexpr std::array<std::string_view, 6> names{"GET /notes", "GET /my-token", "POST /api/N",
                                                  "GET /extra", "GET /api/N",    "GET /echo"};
  return names.at(static_cast<std::size_t>(one));
}

answers right_answers(const question& asked, moment sent, moment answered, const world& all) {
  // Two Authorization fields are refused with the head, before there is a route.
  if (asked.token.kind == token_kind::two) return {bad_request};
  auto made = token_answers(asked, sent, answered, all);
  put_route_answers(asked, {sent.steady, answered.steady}, all, made);
  return made;
}

std::string_view label_of(const token_facts& token, steady_time sent, const world& all,
                          std::string_view signing) {
  constexpr std::array<std::string_view, all_kinds.size()> names{
      "valid",          "about to expire", "expired",       "not yet valid",
      "wrong audience", "wrong issuer",    "missing scope", "wrong signature",
      "unknown kid",    "garbage",         "none",          "two credentials"};
  if (token.kind == token_kind::valid) {
    const auto* key = all.key(token.kid);
    if (key != nullptr && key->removed.by <= sent) return "key removed";
    if (token.kid != signing) return "key rotated away";
  }
  return names.at(static_cast<std::size_t>(token.kind));
}

tunnel_verdict judge_tunnel(const tunnel_life& one, const world& all) {
  if (one.ended.wall > one.token_ends + tunnel_end) return tunnel_verdict::late;
  if (!one.by_server || one.ended.wall + clock_grain >= one.token_ends) {
    return tunnel_verdict::right;
  }
  const auto trouble = touches_fault(all, {one.ended.steady - upstream_recovery, one.ended.steady});
  return trouble.cuts ? tunnel_verdict::right : tunnel_verdict::cut;
}

}  // namespace latchkey::bench::soak
