// The bulk row: a large upload and a large download at once, and what they cost in memory and time
// beside HAProxy.
#include "common/durations.hpp"
#include "common/machine.hpp"
#include "common/statistics.hpp"
#include "compare/programs.hpp"
#include "compare/testbed.hpp"
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/upstreams.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace latchkey::bench::edge {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t max_growth = 20 * mebibyte;
constexpr double least_share = 0.9;  // of HAProxy's throughput
constexpr seconds timeout{300};
constexpr std::size_t piece_bytes = std::size_t{256} * 1024;

async::task<> download(test_env& env, load::target to, std::string token, std::uint64_t size) {
  client over{env.waits(), to};
  const core::deadline until{clock::now() + timeout};
  if (co_await over.open(until)) throw std::runtime_error{"no connection for the download"};
  const auto request =
      fmt::format("GET /source/{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
                  size, token);
  if (co_await over.write(request, until)) throw std::runtime_error{"the download was not begun"};
  std::vector<char> piece(piece_bytes);
  std::string head;
  std::uint64_t had = 0;
  for (auto end = head.npos; end == head.npos || had < size;) {
    const auto got = co_await over.read_some(piece, until);
    if (got.has_error() || *got == 0) {
      throw std::runtime_error{fmt::format("the download ended after {} bytes", had)};
    }
    if (end != head.npos) {
      had += *got;
      continue;
    }
    head.append(piece.data(), *got);
    end = head.find("\r\n\r\n");
    if (end != head.npos) had = head.size() - end - 4;
  }
  env.check();
  if (!head.starts_with("HTTP/1.1 200") || had != size) {
    throw std::runtime_error{"the download was told " + head.substr(0, head.find('\r'))};
  }
}

async::task<> upload(test_env& env, load::target to, std::string token, std::uint64_t size) {
  client over{env.waits(), to};
  const core::deadline until{clock::now() + timeout};
  if (co_await over.open(until)) throw std::runtime_error{"no connection for the upload"};
  const auto request = fmt::format(
      "POST /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nAuthorization: Bearer "
      "{}\r\n\r\n",
      size, token);
  bool going = !co_await over.write(request, until);
  const std::string piece(piece_bytes, 'x');
  for (std::uint64_t sent = 0; going && sent < size; sent += piece.size()) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - sent));
    going = !co_await over.write(std::string_view{piece}.substr(0, now), until);
  }
  const auto got = co_await over.read_answer(until);
  env.check();
  if (!going || got.status != 200) {
    throw std::runtime_error{fmt::format("the upload was told {}", got.status)};
  }
}

// The most that it has while the two run.
async::task<> watch(test_env& env, const child& program, const bool& over, std::size_t& most) {
  while (!over) {
    most = std::max(most, program.resident_bytes());
    co_await load::sleep_for(env.home(), milliseconds{20});
  }
}

async::task<> both_ways(test_env& env, const load::target& to, std::string token,
                        std::uint64_t size, bool& over) {
  std::vector<async::task<>> both;
  both.push_back(download(env, to, token, size));
  both.push_back(upload(env, to, token, size));
  try {
    co_await load::when_all(env.home(), std::move(both));
  } catch (...) {
    over = true;
    throw;
  }
  over = true;
}

struct figures {
  double rate = 0;    // MiB a second, both ways together
  double cpu_ms = 0;  // of the proxy's for a MiB
  std::size_t growth = 0;
};

async::task<figures> run_once(test_env& env, const running_proxy& through, std::string token,
                              std::uint64_t size) {
  const auto before = usage_of(through.program->pid());
  const auto begun = clock::now();
  bool over = false;
  std::size_t most = 0;
  std::vector<async::task<>> running;
  running.push_back(both_ways(env, through.front, token, size, over));
  running.push_back(watch(env, *through.program, over, most));
  co_await load::when_all(env.home(), std::move(running));
  const auto took = in_seconds(clock::now() - begun);
  const auto after = usage_of(through.program->pid());
  const auto amount = 2.0 * static_cast<double>(size) / static_cast<double>(mebibyte);
  co_return figures{amount / took, (after.cpu_seconds - before.cpu_seconds) * 1e3 / amount,
                    most - std::min(most, before.resident_bytes)};
}

async::task<row> run_bulk(test_env& env) {
  const auto cores = compare::plan_cores(usable_cores());
  const auto keys = co_await issuer_process::start(env);
  const auto upstream = co_await plain_upstream::start(env, cores.load);
  const auto token = co_await keys->token();
  const auto size = env.pick<std::uint64_t>(2'048, 128) * mebibyte;
  const bool has_other = compare::find_program("haproxy").has_value();
  proxy_options options;
  options.upstreams = {upstream->port()};
  options.route_lines = {"body_bytes = 4294967296"};
  options.core = cores.server;
  const auto own = co_await start_proxy(env, proxy::latchkey, *keys, options);
  running_proxy other;
  if (has_other) other = co_await start_proxy(env, proxy::haproxy, *keys, options);
  // A small one each, so that what is kept for good is there.
  co_await run_once(env, own, token, mebibyte);
  if (has_other) co_await run_once(env, other, token, mebibyte);
  std::vector<double> ours;
  std::vector<double> theirs;
  std::size_t growth = 0;
  figures last;
  figures last_other;
  for (unsigned round = 0; round < env.pick(3U, 2U); ++round) {
    last = co_await run_once(env, own, token, size);
    growth = std::max(growth, last.growth);
    ours.push_back(last.rate);
    if (!has_other) continue;
    last_other = co_await run_once(env, other, token, size);
    theirs.push_back(last_other.rate);
  }
  const bool compares = has_other && this_machine().optimised;
  const auto share = spread_of(ratios(ours, theirs));
  row made;
  made.required =
      fmt::format("{} MiB up and as many down at once: under 20 MiB more resident{}",
                  size / mebibyte, compares ? ", at least 0.9 of HAProxy's throughput" : "");
  made.measured = fmt::format("{:.1f} MiB more; {:.0f} MiB/s, {:.2f} ms of processor time a MiB",
                              static_cast<double>(growth) / static_cast<double>(mebibyte),
                              spread_of(ours).median, last.cpu_ms);
  if (has_other) {
    made.measured += fmt::format("; HAProxy {:.0f} MiB/s, {:.2f} ms: {:.2f} of it",
                                 spread_of(theirs).median, last_other.cpu_ms, share.median);
  }
  made.ok = growth < max_growth && (!compares || share.median >= least_share);
  co_return made;
}

}  // namespace

void add_bulk(std::vector<fault_case>& all) {
  all.push_back({"bulk", run_bulk});
}

}  // namespace latchkey::bench::edge
