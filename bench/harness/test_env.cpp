#include "harness/test_env.hpp"

#include "load/when_all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace latchkey::bench::harness {
namespace {

constexpr seconds request_timeout{15};  // for one request of the controls
constexpr milliseconds max_sleep{50};

// Lines of the access log are many, and no row looks at them.
bool of_interest(std::string_view line) {
  return line.find(R"("event":"request")") == line.npos;
}

}  // namespace

programs programs_beside_this() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  programs found{folder / "latchkey", folder / "latchkey-issuer"};
  for (const auto& one : {found.server, found.issuer}) {
    if (!std::filesystem::exists(one)) {
      throw std::runtime_error{one.string() + " is not there: build it with this program"};
    }
  }
  return found;
}

test_env::test_env(async::executor home, programs where, bool quick)
    : home_{home},
      waits_{home},
      programs_{std::move(where)},
      quick_{quick},
      tls_{load::http1_over_tls({.trusted = net::authorities_in_text(identity_.pem)})} {
  folder_.write("server.pem", identity_.pem);
  folder_.write("server.key", identity_.key_pem);
}

std::filesystem::path test_env::write(const std::string& name, std::string_view text) {
  return folder_.write(fmt::format("{}-{}", ++files_, name), text);
}

std::shared_ptr<child> test_env::start(const std::filesystem::path& program,
                                       std::vector<std::string> args) {
  check();
  std::erase_if(children_, [](const auto& one) { return one.expired(); });
  auto made = std::make_shared<child>(home_, program, std::move(args), of_interest);
  children_.push_back(made);
  return made;
}

std::shared_ptr<child> test_env::start_server(std::vector<std::string> args,
                                              const std::vector<std::string>& under) {
  if (under.empty()) return start(programs_.server, std::move(args));
  std::vector<std::string> all{under.begin() + 1, under.end()};
  all.push_back(programs_.server.string());
  all.insert(all.end(), args.begin(), args.end());
  return start(under.front(), std::move(all));
}

std::shared_ptr<child> test_env::start_issuer(std::vector<std::string> args) {
  return start(programs_.issuer, std::move(args));
}

void test_env::check() const {
  if (stopping_) throw stopped{};
}

async::task<> test_env::sleep(core::steady_duration length) {
  const auto until = clock::now() + length;
  for (auto now = clock::now(); now < until; now = clock::now()) {
    check();
    co_await load::sleep_until(home_, std::min(until, now + max_sleep));
  }
  check();
}

async::task<reply> test_env::ask(load::target to, std::string method, std::string path,
                                 std::string body, std::string token) {
  check();
  auto bytes = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, path);
  if (!token.empty()) bytes += "Authorization: Bearer " + token + "\r\n";
  if (method != "GET") {
    bytes += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  }
  bytes += "\r\n" + body;
  load::connection over{waits_, std::move(to)};
  const core::deadline until{clock::now() + request_timeout};
  const auto got = co_await over.exchange(bytes, until);
  check();
  if (got.has_error()) {
    throw std::runtime_error{fmt::format("{} {}: {}", method, path, got.error().message())};
  }
  co_return reply{got->head.status, got->head.retry_after, std::string{got->body}};
}

void test_env::stop() {
  stopping_ = true;
  for (const auto& one : children_) {
    if (const auto running = one.lock()) running->ask_to_end();
  }
}

std::string get_request(std::string_view path, std::string_view token) {
  auto bytes = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n", path);
  if (!token.empty()) bytes += fmt::format("Authorization: Bearer {}\r\n", token);
  return bytes += "\r\n";
}

}  // namespace latchkey::bench::harness
