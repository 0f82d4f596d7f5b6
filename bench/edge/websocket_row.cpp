// The websocket row: an echo of large messages through latchkey, while tokens end and the
// configuration is read anew.
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/identity.hpp"
#include "edge/upstreams.hpp"
#include "edge/websocket.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <random>
#include <stdexcept>

namespace latchkey::bench::edge {
namespace {

constexpr std::size_t message_bytes = std::size_t{1} << 20;
constexpr std::uint32_t mask = 0x5a3c'96e1;
constexpr seconds message_timeout{15};
constexpr milliseconds after_token{1'000};
constexpr milliseconds think_time{1'500};
constexpr unsigned reloads = 50;

struct shared {
  load::target to;
  std::string text;    // of every message
  std::string frame;   // of it
  std::string echoed;  // what should come back
  core::steady_time end;
  std::uint64_t messages = 0;
  std::uint64_t wrong = 0;
  std::uint64_t refused = 0;  // no 101
  std::uint64_t cut = 0;      // ended although their token lasts
  std::uint64_t in_time = 0;
  std::uint64_t early = 0;
  std::uint64_t late = 0;
  unsigned reloaded = 0;
};

enum class reading : std::uint8_t { right, wrong, ended, nothing };

// What comes until then is to be `wanted`, or nothing.
async::task<reading> read_exactly(client& over, std::string_view wanted, core::deadline until) {
  std::vector<char> piece(std::size_t{64} * 1024);
  std::size_t had = 0;
  while (had < wanted.size()) {
    const auto got = co_await over.read_some(piece, until);
    if (got.has_error() && until.passed(clock::now())) {
      co_return had == 0 ? reading::nothing : reading::wrong;
    }
    if (got.has_error() || *got == 0) co_return reading::ended;
    const auto part = wanted.substr(had, std::min(*got, wanted.size() - had));
    if (*got > part.size() || std::string_view{piece.data(), *got} != part) {
      // A Close frame is the end, too.
      co_return had == 0 && piece[0] == '\x88' ? reading::ended : reading::wrong;
    }
    had += *got;
  }
  co_return reading::right;
}

// Until it has ended, or the row has.
async::task<> exchange_messages(client& over, shared& all, core::wall_time& ended) {
  while (clock::now() < all.end) {
    const core::deadline until{clock::now() + message_timeout};
    const bool sent = !co_await over.write(all.frame, until);
    auto seen = reading::ended;
    if (sent) seen = co_await read_exactly(over, all.echoed, until);
    if (seen == reading::right) {
      ++all.messages;
      // Nothing should come, unless it ends.
      const core::deadline pause{std::min(clock::now() + think_time, all.end)};
      seen = co_await read_exactly(over, all.echoed, pause);
    }
    if (seen == reading::ended) {
      ended = core::wall_time::clock::now();
      co_return;
    }
    if (seen != reading::nothing) ++all.wrong;
  }
}

async::task<> run_connection(test_env& env, shared& all, std::string token, bool lasts) {
  client over{env.waits(), all.to};
  const core::deadline soon{clock::now() + seconds{10}};
  bool upgraded = false;
  const auto failed = co_await over.open(soon);
  if (!failed) {
    const auto request = upgrade_request(token);
    [[maybe_unused]] const auto ignored = co_await over.write(request, soon);
    http1::request_facts asked;
    asked.upgrade = true;
    const auto got = co_await over.read_answer(soon, asked);
    upgraded = got.status == 101;
  }
  if (!upgraded) {
    ++all.refused;
    co_return;
  }
  ending how;
  how.token_end = core::wall_time{seconds{claims_of(token).at("exp").to_number<std::int64_t>()}};
  how.ended = core::wall_time::max();
  co_await exchange_messages(over, all, how.ended);
  if (lasts) {
    if (how.ended != core::wall_time::max()) ++all.cut;
    co_return;
  }
  switch (judge_ending(how, after_token)) {
    case ending_verdict::in_time:
      ++all.in_time;
      break;
    case ending_verdict::early:
      ++all.early;
      break;
    case ending_verdict::late:
      ++all.late;
      break;
  }
}

async::task<> reload_often(test_env& env, const running_proxy& front, shared& all) {
  const auto wanted = [](std::string_view line) {
    return line.find(R"("event":"reloaded")") != line.npos;
  };
  for (unsigned i = 0; i < reloads && clock::now() < all.end; ++i) {
    const auto from = front.program->lines().size();
    ::kill(front.program->pid(), SIGHUP);
    const core::deadline until{clock::now() + seconds{5}};
    const auto line = co_await front.program->line(wanted, until, from);
    if (line) ++all.reloaded;
    co_await env.sleep(milliseconds{20});
  }
}

std::string random_text() {
  std::mt19937 random{7};
  std::string made(message_bytes, '\0');
  for (auto& one : made) one = static_cast<char>(random());
  return made;
}

async::task<row> run_websocket(test_env& env) {
  const auto keys = co_await issuer_process::start(env);
  const auto upstream = co_await node_upstream::start(env, "echo", {});
  proxy_options options;
  options.upstreams = {upstream->port()};
  options.route_lines = {R"(upgrades = ["websocket"])"};
  const auto front = co_await start_proxy(env, proxy::latchkey, *keys, std::move(options));
  const auto count = env.pick<std::size_t>(100, 16);
  token_options wanted;
  wanted.count = count;
  const auto lasting = co_await keys->tokens(wanted);
  wanted.expires_in = env.pick(seconds{9}, seconds{4});
  const auto ending = co_await keys->tokens(wanted);
  shared all;
  all.to = front.front;
  all.text = random_text();
  all.frame = client_frame(all.text, mask);
  all.echoed = server_head(message_bytes) + all.text;
  all.end = clock::now() + env.pick(seconds{20}, seconds{7});
  std::vector<async::task<>> running;
  for (std::size_t i = 0; i < count; ++i) {
    const bool lasts = i % 2 == 0;
    running.push_back(run_connection(env, all, lasts ? lasting[i] : ending[i], lasts));
  }
  running.push_back(reload_often(env, front, all));
  co_await load::when_all(env.home(), std::move(running));
  row made;
  made.required = fmt::format(
      "WebSocket echo, messages of 1 MiB, {} connections, {} reloads: all right, none cut, but "
      "those "
      "whose token ends, within 1 s of that",
      count, reloads);
  made.measured = fmt::format(
      "{} messages, {} wrong; {} refused, {} cut; of {} whose token ended {} closed in time, {} "
      "early, {} late; {} reloads",
      all.messages, all.wrong, all.refused, all.cut, count / 2, all.in_time, all.early, all.late,
      all.reloaded);
  made.ok = all.messages >= count &&
            all.wrong + all.refused + all.cut + all.early + all.late == 0 &&
            all.in_time == count / 2 && all.reloaded == reloads;
  co_return made;
}

}  // namespace

void add_websocket(std::vector<fault_case>& all) {
  all.push_back({"websocket", run_websocket});
}

}  // namespace latchkey::bench::edge
