#include "upstream_watch.hpp"

#include <latchkey/client/read_response.hpp>
#include <latchkey/edge/connect.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/http1/request_writer.hpp>
#include <latchkey/http1/response_collector.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace latchkey::edge {

namespace asio = boost::asio;

namespace {

// Of the body of a check's answer.
constexpr std::size_t max_health_body = 64 * 1024;
constexpr std::chrono::seconds lookup_timeout{10};

std::vector<named_place> named_places(const upstream_settings& of) {
  std::vector<named_place> all;
  for (const auto& url : of.addresses) {
    auto one = parse_place(url);
    if (!one) throw std::invalid_argument{"\"" + url + "\" is no address of an upstream"};
    all.push_back(std::move(*one));
  }
  return all;
}

// Each once, as the groups of addresses have them: two names may lead to one.
std::vector<place> joined(const std::vector<std::vector<place>>& parts) {
  std::vector<place> all;
  for (const auto& part : parts) {
    for (const auto& one : part) {
      const auto is_it = [&one](const place& other) { return other.text == one.text; };
      if (std::none_of(all.begin(), all.end(), is_it)) all.push_back(one);
    }
  }
  return all;
}

// A number in [0, 1).
double sample(std::uint64_t random) {
  constexpr double two_to_53 = 9007199254740992.0;
  return static_cast<double>(random >> 11U) / two_to_53;
}

}  // namespace

upstream::watch::watch(std::shared_ptr<const upstream_settings> of,
                       std::shared_ptr<const net::client_tls> with, const upstream_parts& parts)
    : settings_{std::move(of)},
      tls_{std::move(with)},
      control_{parts.control},
      clock_{parts.clock},
      names_{parts.names},
      random_{parts.random},
      tell_{parts.tell},
      named_{named_places(*settings_)},
      found_(named_.size()),
      failed_(named_.size()),
      group_{{}, settings_->health, clock_.steady()} {
  for (std::size_t i = 0; i < named_.size(); ++i) {
    core::error_code no_address;
    const auto address = asio::ip::make_address(named_[i].host, no_address);
    if (!no_address) {
      found_[i] = places_of(named_[i], settings_->server_name, {{address, named_[i].port}});
    } else {
      ++unasked_;
    }
  }
  settled = unasked_ == 0;
  places_ = joined(found_);
  group_.replace(texts_of(places_), clock_.steady());
}

std::vector<place> upstream::watch::known_places() const {
  return places_;
}

void upstream::watch::start(std::vector<async::executor> threads,
                            std::vector<std::shared_ptr<pool>> all) {
  threads_ = std::move(threads);
  pools_ = std::move(all);
  // Each by itself: one that takes its time holds up no other.
  for (std::size_t i = 0; i < named_.size(); ++i) {
    if (found_[i].empty()) {
      asio::co_spawn(control_, keep_known(shared_from_this(), i), asio::detached);
    }
  }
  if (settings_->health.active) {
    asio::co_spawn(control_, keep_checked(shared_from_this()), asio::detached);
  }
}

void upstream::watch::stop() {
  asio::post(control_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->pools_.clear();
    for (auto& one : self->pauses_) one.cancel();
  });
}

async::task<> upstream::watch::pause(core::steady_time until) {
  const auto mine = pauses_.emplace(pauses_.end(), control_);
  core::error_code ignored;
  mine->expires_at(until);
  co_await mine->async_wait(async::use_task_with(ignored));
  pauses_.erase(mine);
}

void upstream::watch::tell(std::string_view address, std::string_view what,
                           const core::error_code& error) {
  if (tell_ && !stopped_) tell_({settings_->name, address, what, error});
}

async::task<> upstream::watch::keep_known(std::shared_ptr<watch> self, std::size_t index) {
  for (bool first = true; !self->stopped_; first = false) {
    const auto wait = co_await self->look_up(index);
    if (self->stopped_) co_return;
    if (auto all = joined(self->found_); all != self->places_) self->use(std::move(all));
    if (first && --self->unasked_ == 0) self->settled = true;
    co_await self->pause(self->clock_.steady() + wait);
  }
}

// For how long that holds.
async::task<core::steady_duration> upstream::watch::look_up(std::size_t index) {
  const auto& name = named_[index];
  const core::deadline until{clock_.steady() + lookup_timeout};
  auto got = co_await names_.resolve(name.host, name.port, until);
  const auto ttl = got ? got->ttl : std::nullopt;
  const auto wait = ttl ? used_for(*ttl) : settings_->resolve;
  if (got.has_error()) {
    // Those that were found before are used on.
    if (failed_[index] != got.error()) tell(name.authority, "unresolved", got.error());
    failed_[index] = got.error();
    co_return wait;
  }
  std::sort(got->all.begin(), got->all.end());
  auto places = places_of(name, settings_->server_name, got->all);
  if (failed_[index]) tell(name.authority, "resolved");
  failed_[index] = {};
  found_[index] = std::move(places);
  co_return wait;
}

void upstream::watch::use(std::vector<place> all) {
  places_ = std::move(all);
  group_.replace(texts_of(places_), clock_.steady());
  for (auto at = ejected_.begin(); at != ejected_.end();) {
    at = is_known(at->first) ? std::next(at) : ejected_.erase(at);
  }
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    asio::post(threads_[i],
               [to = pools_[i], places = places_]() mutable { to->replace(std::move(places)); });
  }
}

bool upstream::watch::is_known(std::string_view address) const {
  return std::any_of(places_.begin(), places_.end(),
                     [address](const place& one) { return one.text == address; });
}

void upstream::watch::note_ejection(const std::string& address, core::steady_time until) {
  if (!is_known(address)) return;
  auto& longest = ejected_[address];
  longest = std::max(longest, until);
}

std::vector<address_report> upstream::watch::addresses() const {
  std::vector<address_report> all;
  const auto now = clock_.steady();
  for (std::size_t i = 0; i < group_.size(); ++i) {
    const auto& one = group_.at(i);
    const auto out = ejected_.find(one.address);
    const auto left = out == ejected_.end() ? core::steady_duration{0} : out->second - now;
    all.push_back({one.address, one.healthy, std::max(left, core::steady_duration{0})});
  }
  return all;
}

async::task<> upstream::watch::keep_checked(std::shared_ptr<watch> self) {
  constexpr std::chrono::milliseconds least_pause{10};
  while (!self->stopped_) {
    const auto now = self->clock_.steady();
    for (auto index = self->group_.due(now); index < self->group_.size();
         index = self->group_.due(now)) {
      self->group_.check_begins(index, now);
      asio::co_spawn(self->control_, check_one(self, self->places_[index]), asio::detached);
    }
    const auto next = std::min(self->group_.next_due(), now + self->settings_->health.interval);
    co_await self->pause(std::max(next, now + least_pause));
  }
}

async::task<> upstream::watch::check_one(std::shared_ptr<watch> self, place at) {
  bool good = false;
  try {
    const auto error = co_await self->check(at);
    // Nothing was found out about it.
    if (is_of_this_machine(error)) co_return;
    good = !error;
  } catch (const std::exception&) {
    good = false;
  }
  if (!self->stopped_) self->note(at, good);
}

void upstream::watch::note(const place& at, bool good) {
  for (std::size_t i = 0; i < group_.size(); ++i) {
    if (group_.at(i).address != at.text) continue;
    const auto event = group_.checked(i, good, sample(random_()), clock_.steady());
    if (event == address_group::event::none) return;
    const bool healthy = event == address_group::event::rose;
    tell(at.text, healthy ? "healthy" : "unhealthy");
    for (std::size_t k = 0; k < pools_.size(); ++k) {
      asio::post(threads_[k],
                 [to = pools_[k], text = at.text, healthy] { to->set_healthy(text, healthy); });
    }
  }
}

async::task<core::error_code> upstream::watch::check(place at) {
  const core::deadline until{clock_.steady() + settings_->health_timeout};
  net::transport* under_way = nullptr;
  // The connection is nobody else's.
  const auto first = net::make_proxy_header(settings_->send_proxy, {});
  auto made = co_await connect(async::socket_waits_of(control_), at, tls_.get(), nullptr, until,
                               under_way, first);
  if (made.has_error()) co_return made.error();
  (*made)->read_until(until);
  (*made)->write_until(until);
  co_return co_await ask(**made, at);
}

async::task<core::error_code> upstream::watch::ask(net::transport& over, const place& at) {
  const std::array<http::field, 3> fields{http::field{"host", at.authority},
                                          http::field{"user-agent", "latchkey-health"},
                                          http::field{"connection", "close"}};
  std::string bytes;
  if (const auto error = http1::append_request(bytes, "GET", settings_->health_path, fields)) {
    co_return error;
  }
  if (const auto error = co_await over.write(bytes)) co_return error;
  http1::response_limits limits;
  limits.head = settings_->head;
  limits.body = max_health_body;
  http1::response_collector answer{limits};
  if (const auto error = co_await client::read_response(over, answer)) co_return error;
  const auto status = answer.head().status;
  co_return status >= 200 && status < 400 ? core::error_code{} : core::error_code{errc::unhealthy};
}

}  // namespace latchkey::edge
