#include "compare/idle.hpp"

#include "load/together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace latchkey::bench::compare {
namespace {

using idp_faults::clock;

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds settling{300};
constexpr std::size_t at_once = 16;

using connections = std::vector<std::unique_ptr<load::connection>>;

// Every at_once-th of them, from `first` on.
async::task<> ask_each(const connections& all, std::size_t first, const std::string& request) {
  for (auto i = first; i < all.size(); i += at_once) {
    const core::deadline until{clock::now() + patience};
    const auto got = co_await all[i]->exchange(request, until);
    if (got.has_error()) throw std::runtime_error{"an idle connection: " + got.error().message()};
    if (got->head.status != 200 || !got->head.keep_alive) {
      throw std::runtime_error{fmt::format("an idle connection: status {}", got->head.status)};
    }
  }
}

async::task<> open_all(field& on, const connections& all) {
  const auto request = idp_faults::get_request(guarded_path, on.a_token());
  std::vector<async::task<>> some;
  for (std::size_t first = 0; first < std::min(at_once, all.size()); ++first) {
    some.push_back(ask_each(all, first, request));
  }
  co_await load::together(on.stage().home(), std::move(some));
}

}  // namespace

async::task<double> idle_connection_bytes(field& on, contender which, unsigned count) {
  const latchkey_setting usual;
  const auto server = co_await on.start(which, usual);
  const auto before = usage_of(server.program->pid()).resident_bytes;
  connections all;
  for (unsigned i = 0; i < count; ++i) {
    all.push_back(std::make_unique<load::connection>(on.stage().home(), on.stage().timers(),
                                                     on.target_of(server)));
  }
  co_await open_all(on, all);
  co_await on.stage().sleep(settling);
  const auto after = usage_of(server.program->pid()).resident_bytes;
  // Memory may have been given back meanwhile, when there are few of them.
  co_return after > before ? static_cast<double>(after - before) / count : 0;
}

}  // namespace latchkey::bench::compare
