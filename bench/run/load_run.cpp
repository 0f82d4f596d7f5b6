#include "run/load_run.hpp"

#include "common/descriptors.hpp"
#include "common/durations.hpp"
#include "common/progress.hpp"
#include "run/body.hpp"
#include "run/collector.hpp"
#include "run/first_answer.hpp"
#include "run/idp.hpp"
#include "run/load_url.hpp"
#include "run/load_worker.hpp"
#include "run/origins.hpp"
#include "run/tokens.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace latchkey::bench::run {
namespace {

namespace asio = boost::asio;
using clock = core::steady_time::clock;
using std::chrono::milliseconds;

constexpr milliseconds poll_interval{50};  // how often Ctrl-C is asked for
constexpr milliseconds head_start{5};
constexpr milliseconds a_moment{500};  // that answers may take without a word about it
constexpr std::chrono::seconds server_timeout{60};
// Tokens of each kind that a new key signs at once: they should not take the provider's core long.
constexpr std::uint64_t max_renewed = 64;
constexpr std::size_t max_shown = 20;  // URLs in a report

report::run_options run_options_of(const load_options& asked) {
  report::run_options made;
  for (const auto& one : asked.urls) {
    if (made.urls.size() == max_shown && asked.urls.size() > max_shown + 1) {
      made.urls.push_back(fmt::format("and {} more", asked.urls.size() - max_shown));
      break;
    }
    const auto text = shown_url(one.text);
    made.urls.push_back(one.weight == 1 ? text : fmt::format("{} x {}", one.weight, text));
  }
  made.method = asked.method;
  made.rate = asked.rate;
  made.connections = asked.connections;
  made.threads = asked.threads;
  made.warmup_seconds = in_seconds(asked.warmup + asked.ramp);
  made.keepalive = asked.keepalive;
  made.resume = asked.resume;
  if (asked.tokens.from == token_options::source::minted) {
    made.tokens = fmt::format("{} {}", asked.tokens.count, asked.tokens.hot ? "hot" : "distinct");
  } else if (asked.tokens.from == token_options::source::file) {
    made.tokens = "of a file";
  }
  for (const auto& one : asked.mix) {
    made.mix += fmt::format("{}{}={}", made.mix.empty() ? "" : ",", one.kind, one.share);
  }
  for (const auto& one : asked.idp) {
    made.provider += (made.provider.empty() ? "" : ", ") + one.text;
  }
  return made;
}

std::unique_ptr<idp_beside> provider_of(const load_options& asked) {
  if (asked.idp.empty()) return nullptr;
  return std::make_unique<idp_beside>(idp_options{asked.idp_listen, asked.idp});
}

// Where its tokens are minted.
load_options with_provider(load_options asked, const idp_beside* provider) {
  if (provider != nullptr) asked.tokens.mint_from = provider->control_url();
  return asked;
}

load_options with_body(load_options asked, const command_env& env) {
  asked.body = read_body(asked.body, [&env] { return !(env.stop && env.stop()); });
  return asked;
}

// A run while it is under way. Everything but the workers lives on the thread that calls run().
class whole_run {
 public:
  whole_run(const load_options& asked, const command_env& env)
      : idp_{provider_of(asked)},
        env_{env},
        asked_{with_body(with_provider(asked, idp_.get()), env)},
        line_{env.err, env.is_terminal && !asked.quiet},
        places_{resolve_origins(asked)},
        what_{make_workload()},
        step_{step_of(in_seconds(expected_length(asked)))},
        counted_{what_, asked.threads, step_} {}

  report::run_report run() {
    raise_descriptor_limit();
    report_.started =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                    fmt::gmtime(std::chrono::system_clock::to_time_t(env_.clock.wall())));
    report_.asked = run_options_of(asked_);
    report_.on = this_machine();
    if (idp_) await_provider();
    make_workers();
    std::vector<std::jthread> threads;
    for (const auto& one : workers_) threads.emplace_back([&one] { one->run(); });
    watch();
    context_.run();
    threads.clear();
    if (idp_) played_ = idp_->end();
    line_.clear();
    if (!failure_.empty()) throw std::runtime_error{failure_};
    finish();
    return std::move(report_);
  }

 private:
  workload make_workload() {
    workload made;
    made.to_head = asked_.method == "HEAD";
    made.kinds = make_kinds(asked_, env_.clock, [this](const std::string& doing) {
      line_.say(doing);
      return !interrupted();
    });
    for (const auto& place : places_.shapes) {
      auto one = make_shape(asked_, place.host, place.target);
      one.origin = place.origin;
      one.weight = place.weight;
      made.shapes.push_back(std::move(one));
    }
    return made;
  }

  bool interrupted() const { return env_.stop && env_.stop(); }

  const token_kind& valid_kind() const {
    return *std::find_if(what_.kinds.begin(), what_.kinds.end(),
                         [](const token_kind& one) { return one.name == "valid"; });
  }

  // The server may have looked for its provider in vain before, and look again only after a while.
  void await_provider() {
    const auto until = clock::now() + server_timeout;
    std::string last;
    const auto waiting = [&](const std::string& answer) {
      last = answer;
      line_.say("waiting until the server takes the provider's tokens; last answer: " + last);
      return clock::now() < until && !interrupted();
    };
    const auto to = places_.origins[what_.shapes.front().origin];
    if (await_right_answer(what_, valid_kind(), to, waiting)) return;
    if (interrupted()) throw stopped_before{};
    throw std::runtime_error{fmt::format(
        "{} does not take the tokens of the provider at {}: the last answer was {}; is it "
        "configured with that issuer, and with the audience and scope of the tokens?",
        shown_url(asked_.urls.front().text), asked_.idp_listen, last)};
  }

  // What the provider's script needs of this run.
  idp_hooks hooks_for_provider() {
    idp_hooks hooks;
    for (std::size_t i = 0; i < what_.kinds.size(); ++i) {
      const auto& kind = what_.kinds[i];
      if (!kind.with_token || kind.name == "garbage") continue;
      const auto count = std::min<std::uint64_t>(kind.tokens->size(), max_renewed);
      const auto take = [this, i](std::vector<std::string> tokens) {
        const auto list = std::make_shared<const std::vector<std::string>>(std::move(tokens));
        for (const auto& one : workers_) one->change(i, list);
      };
      hooks.kinds.push_back({mint_request(asked_.tokens, kind.name, count), take});
    }
    const auto& first = what_.shapes.front();
    hooks.flooded = places_.origins[first.origin];
    hooks.before = first.before + first.bearer;
    hooks.after = "\r\n" + first.after;
    return hooks;
  }

  void make_workers() {
    const auto threads = asked_.threads;
    for (unsigned i = 0; i < threads; ++i) {
      worker_options options;
      options.index = i;
      options.of = threads;
      options.connections =
          asked_.connections / threads + (i < asked_.connections % threads ? 1 : 0);
      options.rate = asked_.rate;
      if (asked_.requests) {
        options.requests = *asked_.requests / threads + (i < *asked_.requests % threads ? 1 : 0);
      }
      options.ramp = asked_.ramp;
      options.timeout = asked_.timeout;
      options.keepalive = asked_.keepalive;
      load_worker_callbacks callbacks;
      callbacks.ready = [this](std::size_t open, std::string why) {
        asio::post(context_, [this, open, why = std::move(why)] { ready(open, why); });
      };
      callbacks.step = [this](std::size_t step, tally part) {
        asio::post(context_, [this, step, part = std::move(part)] { add(step, part); });
      };
      callbacks.over = [this](worker_end end) {
        asio::post(context_, [this, end = std::move(end)] { over(end); });
      };
      workers_.push_back(
          std::make_unique<load_worker>(options, what_, places_.origins, std::move(callbacks)));
    }
  }

  void ready(std::size_t open, const std::string& why) {
    open_ += open;
    if (!why.empty()) why_ = why;
    if (++ready_ < workers_.size()) return;
    if (open_ == 0) {
      failure_ = fmt::format("no connection to {}: {}", shown_url(asked_.urls.front().text), why_);
      stop();
      return;
    }
    timetable when;
    when.start = clock::now() + head_start;
    when.measure = when.start + asked_.warmup + asked_.ramp;
    when.end = when.measure + length_of(asked_);
    when.last = when.end + asked_.timeout;
    when.step =
        std::chrono::duration_cast<core::steady_duration>(std::chrono::duration<double>{step_});
    measure_ = when.measure;
    end_ = when.end;
    if (idp_) idp_->begin(measure_, end_, hooks_for_provider());
    for (const auto& one : workers_) one->begin(when);
  }

  void add(std::size_t step, const tally& part) {
    const auto moment = counted_.add(step, part);
    if (!moment || asked_.quiet || !failure_.empty()) return;
    const auto whole =
        asked_.requests ? std::string{} : fmt::format(" of {:g}", in_seconds(length_of(asked_)));
    // The last step ends with the run.
    const auto length =
        std::clamp(in_seconds(clock::now() - measure_) - moment->at, 1e-3, moment->length);
    const auto text = fmt::format(
        "{:.1f}{} s  {:.0f}/s  p50 {:.2f} ms  p99 {:.2f} ms  errors {}  wrong {}",
        moment->at + length, whole, static_cast<double>(moment->answered) / length,
        moment->p50 * 1e3, moment->p99 * 1e3, counted_.total().errors, counted_.total().wrong);
    if (env_.is_terminal) {
      line_.say(text);
    } else if (const auto second = static_cast<long>(moment->at + length); second > said_) {
      said_ = second;
      env_.err << text << '\n';
    }
  }

  void over(const worker_end& end) {
    last_answer_ = std::max(last_answer_, end.last_answer);
    if (end.wall_seconds > 0) {
      report_.own_cpu = std::max(report_.own_cpu, end.cpu_seconds / end.wall_seconds);
    }
    if (!end.cipher.empty()) {
      report_.tls_version = end.tls_version;
      report_.cipher = end.cipher;
    }
    if (++over_ == workers_.size()) watch_.cancel();
  }

  void stop() {
    for (const auto& one : workers_) one->stop();
  }

  // Keeps the context alive until the last worker is over.
  void watch() {
    watch_.expires_after(poll_interval);
    watch_.async_wait([this](const core::error_code&) {
      if (over_ == workers_.size()) return;
      if (!report_.stopped && interrupted()) {
        report_.stopped = true;
        stopped_at_ = clock::now();
        stop();
      }
      tell_of_waiting();
      watch();
    });
  }

  // Once, where the time is over and answers are still due.
  void tell_of_waiting() {
    const auto now = clock::now();
    const bool over = ready_ == workers_.size() && failure_.empty() && now >= end_ + a_moment;
    if (!over || told_of_waiting_ || asked_.quiet || report_.stopped) return;
    told_of_waiting_ = true;
    const auto left = std::max(in_seconds(end_ + asked_.timeout - now), 0.0);
    const auto text = fmt::format("the time is over; waiting for answers, {:.1f} s at most", left);
    if (env_.is_terminal) {
      line_.say(text);
    } else {
      env_.err << text << '\n';
    }
  }

  void finish() {
    const auto planned = report_.stopped ? stopped_at_ : asked_.requests ? last_answer_ : end_;
    const auto until = std::max(report_.stopped ? planned : last_answer_, planned);
    report_.seconds = std::max(in_seconds(until - measure_), 0.0);
    counted_.fill(report_, report_.seconds);
    report_.bottleneck = report_.client_was_busy();
    if (idp_) tell_provider();
  }

  void tell_provider() {
    report::provider_figures figures;
    figures.events = played_.events;
    figures.fetches = fetches_between(played_, 0, report_.seconds);
    figures.wrongly_refused = counted_.total().refused;
    for (auto& one : report_.timeline) {
      one.fetches = fetches_between(played_, one.at, one.at + one.length);
    }
    report_.provider = std::move(figures);
  }

  std::unique_ptr<idp_beside> idp_;
  idp_beside::log played_;
  const command_env& env_;
  load_options asked_;
  progress line_;
  places places_;
  workload what_;
  double step_;
  collector counted_;
  report::run_report report_;
  asio::io_context context_{1};
  async::timer watch_{context_.get_executor()};
  std::vector<std::unique_ptr<load_worker>> workers_;
  std::size_t ready_ = 0;
  std::size_t open_ = 0;
  std::size_t over_ = 0;
  long said_ = 0;
  bool told_of_waiting_ = false;
  std::string why_;
  std::string failure_;
  core::steady_time measure_;
  core::steady_time end_;
  core::steady_time stopped_at_;
  core::steady_time last_answer_;
};

}  // namespace

report::run_report run_load(const load_options& asked, const command_env& env) {
  whole_run made{asked, env};
  return made.run();
}

}  // namespace latchkey::bench::run
