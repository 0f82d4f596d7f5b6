#include "run/idp.hpp"

#include "common/durations.hpp"
#include "harness/issuer_process.hpp"
#include "load/errc.hpp"
#include "load/open_loop.hpp"
#include "load/when_all.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <thread>

namespace latchkey::bench::run {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using harness::milliseconds;
using clock = core::steady_time::clock;

constexpr milliseconds poll_interval{20};
constexpr milliseconds between_counts{50};
constexpr std::size_t max_flood_tokens = 4000;
constexpr std::size_t flood_connections = 16;

std::size_t flood_tokens(const std::vector<provider_action>& actions) {
  double max = 0;
  for (const auto& one : actions) {
    if (one.what != provider_action::kind::flood) continue;
    max = std::max(max, one.rate * in_seconds(one.length));
  }
  return std::min(static_cast<std::size_t>(max), max_flood_tokens);
}

std::string shortened(const std::string& kid) {
  constexpr std::size_t enough = 12;
  return kid.size() <= enough ? kid : kid.substr(0, enough) + "..";
}

}  // namespace

// Everything but end() and the constructor happens on its thread.
class idp_beside::impl {
 public:
  explicit impl(const idp_options& options) : options_{options} {
    auto url = started_.get_future();
    // The system ends the provider with the thread that started it.
    thread_ = std::jthread{[this] { live(); }};
    control_url_ = url.get();
  }
  ~impl() {
    if (thread_.joinable()) end();
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  const std::string& control_url() const { return control_url_; }

  void begin(core::steady_time measure, core::steady_time end, idp_hooks hooks) {
    asio::post(context_, [this, measure, end, hooks = std::move(hooks)]() mutable {
      measure_ = measure;
      end_ = end;
      hooks_ = std::move(hooks);
      begun_ = true;
    });
  }

  log end() {
    asio::post(context_, [this] { ending_ = true; });
    thread_.join();
    return std::move(log_);
  }

 private:
  void live() {
    try {
      harness::test_env env{context_.get_executor(), harness::programs_beside_this(), false};
      std::exception_ptr fault;
      const auto over = [&](const std::exception_ptr& thrown) {
        fault = thrown;
        context_.stop();
      };
      asio::co_spawn(context_.get_executor(), whole(env), over);
      context_.run();
      if (fault) std::rethrow_exception(fault);
    } catch (const std::exception&) {
      if (!told_) started_.set_exception(std::current_exception());
    }
  }

  async::task<> whole(harness::test_env& env) {
    harness::issuer_options options;
    options.listen = options_.listen;
    provider_ = co_await harness::issuer_process::start(env, std::move(options));
    if (const auto count = flood_tokens(options_.actions); count > 0) {
      json::object unknown;
      unknown["count"] = count;
      unknown["kids"] = true;
      unknown_ = co_await provider_->mint(std::move(unknown));
    }
    told_ = true;
    started_.set_value(provider_->control_url());
    while (!begun_ && !ending_) co_await env.sleep(poll_interval);
    if (begun_) co_await play(env);
    provider_.reset();
  }

  async::task<> play(harness::test_env& env) {
    const auto steps = steps_of(options_.actions, end_ - measure_);
    std::vector<async::task<>> all;
    all.push_back(quietly(count_fetches(env)));
    all.push_back(quietly(take_steps(env, steps)));
    for (const auto& one : steps) {
      if (one.what == provider_step::kind::flood) all.push_back(quietly(flood(env, one)));
    }
    co_await load::when_all(context_.get_executor(), std::move(all));
  }

  // What goes wrong with the provider is told in the report and ends nothing.
  async::task<> quietly(async::task<> work) {
    try {
      co_await std::move(work);
    } catch (const harness::stopped&) {
      co_return;
    } catch (const std::exception& fault) {
      note(std::string{"failed: "} + fault.what());
    }
  }

  // To the end; then the other parts are stopped.
  async::task<> count_fetches(harness::test_env& env) {
    while (!ending_) {
      co_await count_once();
      co_await env.sleep(between_counts);
    }
    co_await count_once();
    env.stop();
  }

  async::task<> count_once() {
    try {
      const auto count = co_await provider_->fetches();
      log_.fetches.emplace_back(now(), count);
    } catch (const std::exception& fault) {
      // It may have ended; that is told once.
      if (!std::exchange(lost_, true)) note(std::string{"does not answer: "} + fault.what());
    }
  }

  async::task<> take_steps(harness::test_env& env, const std::vector<provider_step>& steps) {
    for (const auto& one : steps) {
      if (one.what == provider_step::kind::flood) continue;
      co_await env.sleep(measure_ + one.at - clock::now());
      co_await take(one);
    }
  }

  async::task<> take(const provider_step& step) {
    using kind = provider_step::kind;
    switch (step.what) {
      case kind::publish:
        co_await turn("publish");
        note("publishes key " + shortened(keys_.kids.back()));
        break;
      case kind::sign:
        co_await turn("sign");
        note("signs with key " + shortened(keys_.signing));
        co_await renew_tokens();
        break;
      case kind::rotate:
        co_await turn("rotate");
        note("signs with the new key " + shortened(keys_.signing) + " at once");
        co_await renew_tokens();
        break;
      case kind::remove:
        co_await remove_oldest();
        break;
      case kind::fail:
        co_await provider_->fail(step.fault);
        note("fails: " + step.fault);
        break;
      case kind::heal:
        co_await provider_->heal();
        note("is well again");
        break;
      case kind::flood:
        break;
    }
  }

  async::task<> turn(std::string name) {
    json::object step;
    step["step"] = name;
    keys_ = co_await provider_->turn(std::move(step));
  }

  async::task<> remove_oldest() {
    const auto old = std::find_if(keys_.kids.begin(), keys_.kids.end(),
                                  [this](const auto& kid) { return kid != keys_.signing; });
    // Of keys that come after the one that signs no token has been sent yet.
    if (old == keys_.kids.end() || old != keys_.kids.begin()) {
      note("removes nothing: no key is older than the one that signs");
      co_return;
    }
    const auto kid = *old;
    json::object step;
    step["step"] = "remove";
    step["kid"] = kid;
    keys_ = co_await provider_->turn(std::move(step));
    note("removes key " + shortened(kid));
  }

  async::task<> renew_tokens() {
    for (const auto& one : hooks_.kinds) {
      auto request = json::parse(one.mint).as_object();
      one.take(co_await provider_->mint(std::move(request)));
    }
  }

  async::task<> flood(harness::test_env& env, const provider_step& step) {
    co_await env.sleep(measure_ + step.at - clock::now());
    note(fmt::format("is beside a flood of unknown kids, {:g}/s for {:g} s", step.rate,
                     in_seconds(step.length)));
    load::open_loop_options options;
    options.per_second = step.rate;
    options.length = step.length;
    options.connections = flood_connections;
    options.stop = [&env] { return env.stopping(); };
    std::string bytes;
    std::vector<std::string> requests;
    for (const auto& one : unknown_) requests.push_back(hooks_.before + one + hooks_.after);
    std::size_t next = 0;
    std::map<std::string, std::uint64_t> answers;
    std::function<load::request()> give = [&] {
      return load::request{requests[next++ % requests.size()], 0};
    };
    std::function<void(const load::sample&)> done = [&](const load::sample& one) {
      ++answers[one.status == 0 ? load::name_of(one.error) : std::to_string(one.status)];
    };
    co_await load::open_loop(env.waits(), hooks_.flooded, options, std::move(give),
                             std::move(done));
    std::string told;
    for (const auto& [answer, count] : answers) told += fmt::format(" {} x {}", count, answer);
    note("the flood is over:" + told);
  }

  double now() const { return in_seconds(clock::now() - measure_); }
  void note(std::string what) { log_.events.push_back({now(), std::move(what)}); }

  idp_options options_;
  std::string control_url_;
  asio::io_context context_{1};
  std::shared_ptr<harness::issuer_process> provider_;
  harness::published_keys keys_;
  std::vector<std::string> unknown_;
  idp_hooks hooks_;
  core::steady_time measure_;
  core::steady_time end_;
  std::promise<std::string> started_;
  bool told_ = false;
  bool begun_ = false;
  bool ending_ = false;
  bool lost_ = false;
  log log_;
  std::jthread thread_;
};

idp_beside::idp_beside(const idp_options& options) : impl_{std::make_unique<impl>(options)} {}
idp_beside::~idp_beside() = default;

const std::string& idp_beside::control_url() const {
  return impl_->control_url();
}

void idp_beside::begin(core::steady_time measure, core::steady_time end, idp_hooks hooks) {
  impl_->begin(measure, end, std::move(hooks));
}

idp_beside::log idp_beside::end() {
  return impl_->end();
}

std::uint64_t fetches_between(const idp_beside::log& log, double from, double to) {
  const auto until = [&log](double at) {
    std::uint64_t count = log.fetches.empty() ? 0 : log.fetches.front().second;
    for (const auto& [when, so_far] : log.fetches) {
      if (when > at) break;
      count = so_far;
    }
    return count;
  };
  return until(to) - until(from);
}

}  // namespace latchkey::bench::run
