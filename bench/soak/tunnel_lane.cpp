// WebSocket connections that are held over reloads and faults, with tokens that last or end.
#include "edge/client.hpp"
#include "edge/websocket.hpp"
#include "load/when_all.hpp"
#include "soak/state.hpp"
#include "soak/terms.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <array>
#include <exception>
#include <utility>

namespace latchkey::bench::soak {
namespace {

constexpr seconds open_timeout{5};
constexpr seconds message_timeout{5};
constexpr unsigned switching = 101;
constexpr milliseconds between_messages{250};
// No frames of WebSocket: a tunnel takes bytes, and so does the upstream.
constexpr std::string_view message = "what is said through a tunnel comes back as it was said";

enum class seen : std::uint8_t { right, wrong, ended, nothing };

// What comes until then: the message, or nothing.
async::task<seen> read(edge::client& over, core::deadline until) {
  std::array<char, 256> piece;
  std::string text;
  while (text.size() < message.size()) {
    const auto got = co_await over.read_some(piece, until);
    if (got.has_error() && until.passed(clock::now())) {
      co_return text.empty() ? seen::nothing : seen::wrong;
    }
    if (got.has_error() || *got == 0) co_return seen::ended;
    text.append(piece.data(), *got);
    if (!message.starts_with(text)) co_return seen::wrong;
  }
  co_return seen::right;
}

// Until the server ends it, or until then. Whether the server has.
async::task<bool> talk(state& all, edge::client& over, core::steady_time until) {
  while (all.goes_on() && clock::now() < until) {
    const core::deadline soon{clock::now() + message_timeout};
    const bool failed = static_cast<bool>(co_await over.write(message, soon));
    if (failed) co_return true;
    auto what = co_await read(over, soon);
    if (what == seen::right) {
      ++all.done.messages;
      const core::deadline pause{clock::now() + between_messages};
      what = co_await read(over, pause);
    }
    if (what == seen::ended) co_return true;
    if (what == seen::nothing) continue;
    all.done.troubles.push_back(
        fmt::format("{} ms: a tunnel gave other bytes back", all.since_start().count()));
    co_return false;
  }
  co_return false;
}

async::task<> hold_tunnel(state& all, event what) {
  boost::json::object order;
  order["scope"] = std::string{read_scope};
  order["count"] = 1;
  // What ends does so within the time that the tunnel is held.
  const auto lives = std::chrono::duration_cast<seconds>(what.length / 2) + seconds{1};
  const bool ends = what.what == "ending";
  order["expires_in"] = ends ? lives.count() : seconds{3'600}.count();
  auto minted = co_await all.issuer->mint(std::move(order));
  const auto token = read_token(std::move(minted.front()), token_kind::valid);
  edge::client over{all.env.waits(), all.front};
  const auto sent = now();
  const core::deadline soon{sent.steady + open_timeout};
  unsigned status = no_answer;
  if (!co_await over.open(soon)) {
    const auto request = edge::upgrade_request(token.text);
    [[maybe_unused]] const auto ignored = co_await over.write(request, soon);
    http1::request_facts facts;
    facts.upgrade = true;
    const auto got = co_await over.read_answer(soon, facts);
    // The head of an answer that is cut off is none.
    if (got.status == switching || got.whole) status = got.status;
  }
  all.judge({token.facts, route::tunnel, 0}, sent, status, "no upgrade", false);
  if (status != switching) co_return;
  ++all.done.tunnels;
  tunnel_life life;
  life.opened = clock::now();
  life.token_ends = token.facts.ends;
  life.by_server = co_await talk(all, over, sent.steady + what.length + 2 * tunnel_end);
  life.ended = now();
  const auto verdict = judge_tunnel(life, all.history);
  if (all.env.stopping() || verdict == tunnel_verdict::right) co_return;
  all.done.troubles.push_back(fmt::format(
      "{} ms: a tunnel {}", all.since_start().count(),
      verdict == tunnel_verdict::cut ? "was cut although its token lasted"
                                     : "went on for over a second after its token had ended"));
}

}  // namespace

async::task<> run_tunnels(state& all, std::vector<event> events) {
  std::size_t open = 0;
  std::exception_ptr fault;
  const auto done = [&open, &fault](const std::exception_ptr& thrown) {
    --open;
    if (thrown) fault = thrown;
  };
  for (const auto& one : events) {
    bool due = false;
    try {
      due = co_await is_due(all, one.at);
    } catch (const harness::stopped&) {
    }
    if (!due || fault) break;
    ++open;
    async::asio::co_spawn(all.env.home(), hold_tunnel(all, one), done);
  }
  // They refer to what is here.
  while (open > 0) co_await load::sleep_for(all.env.home(), milliseconds{50});
  if (fault) std::rethrow_exception(fault);
}

}  // namespace latchkey::bench::soak
