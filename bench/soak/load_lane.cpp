// Requests at a steady rate over connections that are kept, with tokens of every kind, and the
// tokens for them.
#include "edge/client.hpp"
#include "load/errc.hpp"
#include "load/when_all.hpp"
#include "soak/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace latchkey::bench::soak {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds request_timeout{10};
constexpr milliseconds between_mints{2'000};
constexpr unsigned per_connection = 25;  // requests a second, at most
constexpr unsigned max_connections = 64;
constexpr std::array<std::size_t, 4> body_sizes{10, 900, 3'000, 5'000};
constexpr std::array<std::string_view, 4> garbage{"this.is.nonsense", "nonsense", "a.b.c.d",
                                                  "eyJhbGciOiJub25lIn0.e30."};
constexpr std::uint32_t first_connection = 100;  // of the streams of random numbers
constexpr std::uint32_t minting = 1;

struct prepared {
  question asked;
  std::string bytes;
  std::string body;  // what the answer has in it where it is 200
};

// The route's share of the requests.
route draw_route(std::mt19937_64& random) {
  const auto drawn = random() % 100;
  if (drawn < 30) return route::notes;
  if (drawn < 45) return route::claims;
  if (drawn < 55) return route::post;
  if (drawn < 65) return route::extra;
  return route::forwarded;
}

std::string credentials(const state& all, token_kind kind, std::mt19937_64& random,
                        token_facts& facts, std::string& id) {
  facts.kind = kind;
  if (kind == token_kind::none) return {};
  if (kind == token_kind::garbage) {
    return fmt::format("Authorization: Bearer {}\r\n", garbage[random() % garbage.size()]);
  }
  const bool of_valid = kind == token_kind::two || kind == token_kind::signature;
  const auto token = all.tokens.draw(of_valid ? token_kind::valid : kind, random);
  if (token == nullptr) {
    facts.kind = token_kind::none;
    return {};
  }
  facts = token->facts;
  facts.kind = kind;
  id = token->id;
  if (kind == token_kind::signature) {
    return fmt::format("Authorization: Bearer {}\r\n", with_another_signature(token->text));
  }
  const auto field = fmt::format("Authorization: Bearer {}\r\n", token->text);
  return kind == token_kind::two ? field + field : field;
}

prepared prepare(const state& all, std::mt19937_64& random, std::uint64_t number) {
  prepared made;
  std::string id;
  const auto kind = draw_kind(random);
  made.asked.to = draw_route(random);
  const auto fields = credentials(all, kind, random, made.asked.token, id);
  std::string path;
  std::string more;
  switch (made.asked.to) {
    case route::notes:
      path = "GET /notes";
      break;
    case route::claims:
    case route::extra:
      path = made.asked.to == route::claims ? "GET /my-token" : "GET /extra";
      made.body = id;
      break;
    case route::post:
      made.asked.body_bytes = body_sizes[random() % body_sizes.size()];
      path = fmt::format("POST /api/{}", number);
      more = fmt::format("Content-Length: {}\r\n", made.asked.body_bytes);
      made.body = fmt::format("id=/api/{}\n", number);
      break;
    case route::forwarded:
    case route::tunnel:
      path = fmt::format("GET /api/{}", number);
      made.body = fmt::format("id=/api/{}\n", number);
      break;
  }
  made.bytes = fmt::format("{} HTTP/1.1\r\nHost: localhost\r\n{}{}\r\n", path, fields, more);
  made.bytes.append(made.asked.body_bytes, 'x');
  return made;
}

async::task<> ask_steadily(state& all, std::uint32_t which, core::steady_duration period) {
  auto random = all.random_for(first_connection + which);
  load::connection over{all.env.waits(), all.front};
  std::uint64_t number = std::uint64_t{which} * 1'000'000'000;
  auto due = clock::now() + period * (which % 10) / 10;
  while (all.goes_on()) {
    co_await all.env.sleep(due - clock::now());
    due = std::max(due + period, clock::now());
    const auto one = prepare(all, random, ++number);
    const auto sent = now();
    const core::deadline until{sent.steady + request_timeout};
    const auto got = co_await over.exchange(one.bytes, until);
    const auto status = got ? got->head.status : no_answer;
    const bool wrong_body = status == 200 && got->body.find(one.body) == std::string_view::npos;
    all.judge(one.asked, sent, status, got ? "" : load::name_of(got.error()), wrong_body);
  }
  all.done.ended_idle += over.ended_idle();
}

}  // namespace

async::task<> run_load(state& all) {
  const auto count = std::clamp(all.options.rate / per_connection, 2U, max_connections);
  const auto period = std::chrono::duration_cast<core::steady_duration>(
      std::chrono::duration<double>{static_cast<double>(count) / all.options.rate});
  std::vector<async::task<>> asking;
  for (std::uint32_t i = 0; i < count; ++i) asking.push_back(ask_steadily(all, i, period));
  co_await load::when_all(all.env.home(), std::move(asking));
}

async::task<> mint_all(state& all, std::mt19937_64& random) {
  for (const auto kind : all_kinds) {
    auto order = mint_order(kind, random);
    if (!order) continue;
    auto made = co_await all.issuer->mint(std::move(*order));
    for (auto& one : made) all.tokens.add(read_token(std::move(one), kind));
  }
}

async::task<> mint_often(state& all) {
  auto random = all.random_for(minting);
  while (all.goes_on()) {
    co_await all.env.sleep(between_mints);
    if (all.goes_on()) co_await mint_all(all, random);
  }
}

}  // namespace latchkey::bench::soak
