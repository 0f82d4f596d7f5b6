// What keeps the addresses of an upstream known and checked: lookups of its names, and requests to
// its health path. Runs on the control thread, and tells the pools of the others. Not for ejection,
// which each pool decides by itself.
#pragma once

#include <latchkey/edge/upstream.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::edge {

struct upstream::watch : std::enable_shared_from_this<watch> {
  watch(std::shared_ptr<const upstream_settings> of, std::shared_ptr<const net::client_tls> with,
        const upstream_parts& parts);

  // What of it needs no lookup.
  std::vector<place> known_places() const;
  // Begins what there is to do; from any thread.
  void start(std::vector<async::executor> threads, std::vector<std::shared_ptr<pool>> all);
  // Ends all of it soon; from any thread.
  void stop();

  // A pool has taken an address out until then. On the control thread, as the next.
  void note_ejection(const std::string& address, core::steady_time until);
  std::vector<address_report> addresses() const;

  std::atomic<bool> settled{false};

 private:
  static async::task<> keep_known(std::shared_ptr<watch> self, std::size_t index);
  static async::task<> keep_checked(std::shared_ptr<watch> self);
  static async::task<> check_one(std::shared_ptr<watch> self, place at);
  async::task<core::error_code> check(place at);
  async::task<core::error_code> ask(net::transport& over, const place& at);
  async::task<core::steady_duration> look_up(std::size_t index);
  void use(std::vector<place> all);
  bool is_known(std::string_view address) const;
  void note(const place& at, bool good);
  void tell(std::string_view address, std::string_view what, const core::error_code& error = {});
  async::task<> pause(core::steady_time until);

  std::shared_ptr<const upstream_settings> settings_;
  std::shared_ptr<const net::client_tls> tls_;
  async::executor control_;
  core::clock clock_;
  net::resolver names_;
  std::function<std::uint64_t()> random_;
  std::function<void(const address_event&)> tell_;
  std::vector<named_place> named_;
  std::vector<std::vector<place>> found_;  // of each of these
  std::vector<core::error_code> failed_;   // the last lookup of each
  std::size_t unasked_ = 0;                // how many have not been looked up yet
  std::vector<place> places_;
  std::map<std::string, core::steady_time, std::less<>> ejected_;  // of these
  address_group group_;
  std::vector<async::executor> threads_;
  std::vector<std::shared_ptr<pool>> pools_;
  std::list<async::timer> pauses_;
  bool stopped_ = false;
};

}  // namespace latchkey::edge
