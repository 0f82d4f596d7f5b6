#include <latchkey/trace/exporter.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace latchkey::trace {
namespace {

// How often it is looked whether a batch is full, so that who records need not tell.
constexpr std::chrono::milliseconds look_pause{50};

struct encoding {
  resource of;
  std::vector<span> spans;
  std::string text;
};

}  // namespace

exporter::exporter(async::executor home, core::clock clock, std::shared_ptr<span_store> from,
                   std::function<void(const export_event&)> tell, std::function<double()> chance)
    : clock_{std::move(clock)},
      from_{std::move(from)},
      tell_{std::move(tell)},
      chance_{std::move(chance)},
      home_{home},
      pause_{home},
      limit_{home} {}

void exporter::use(std::shared_ptr<const export_settings> with) {
  // Of requests that had begun when there was somewhere to send to some may have come since.
  if (!with || (started_ && !with_)) from_->discard();
  with_ = std::move(with);
  // What failed before may not any more.
  pause_.cancel();
}

void exporter::start() {
  started_ = true;
  async::asio::co_spawn(home_, run(), async::asio::detached);
}

void exporter::finish(core::deadline until, std::function<void()> done) {
  done_ = std::move(done);
  ending_ = true;
  ends_at_ = until;
  if (!started_ || !with_) return end();
  limit_.expires_at(until.at());
  limit_.async_wait([this](const core::error_code& cancelled) {
    if (!cancelled) end();
  });
  pause_.cancel();
}

export_counts exporter::counts() const {
  auto all = counts_;
  all.dropped += from_->dropped();
  return all;
}

void exporter::end() {
  limit_.cancel();
  if (const auto done = std::exchange(done_, nullptr)) {
    counts_.failed += std::exchange(in_hand_, 0);
    from_->discard();
    done();
  }
}

async::task<> exporter::run() {
  due_ = clock_.steady();
  for (;;) {
    co_await wait_until_due();
    if (ending_ && !done_) co_return;
    std::vector<span> spans;
    if (with_) from_->take(spans, with_->batch);
    if (!spans.empty()) {
      in_hand_ = spans.size();
      co_await send(std::move(spans));
      continue;
    }
    if (!ending_) continue;
    end();
    co_return;
  }
}

async::task<> exporter::wait_until_due() {
  while (!ending_) {
    if (!with_) {
      from_->discard();
      co_await wait(std::chrono::minutes{1});
      continue;
    }
    const auto now = clock_.steady();
    if (now >= due_ || from_->size() >= with_->batch) {
      due_ = now + with_->interval;
      co_return;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_ - now);
    co_await wait(std::min(left, look_pause));
  }
}

// Ends early where something else is to be done.
async::task<> exporter::wait(std::chrono::milliseconds longest) {
  core::error_code ignored;
  pause_.expires_after(longest);
  co_await pause_.async_wait(async::use_task_with(ignored));
}

async::task<> exporter::send(std::vector<span> spans) {
  const auto count = spans.size();
  const auto made = std::make_shared<encoding>(encoding{with_->of, std::move(spans), {}});
  try {
    async::background_thread::work encode = [made](const std::atomic<bool>&) {
      made->text = to_otlp_json(made->of, made->spans);
      made->spans.clear();
    };
    co_await encoder_.run(std::move(encode));
  } catch (const std::exception&) {
    // No thread, or no memory: the next batch may find some.
    counts_.failed += std::exchange(in_hand_, 0);
    co_return;
  }
  const std::shared_ptr<const std::string> body{made, &made->text};
  std::uint64_t lost = count;
  for (unsigned attempt = 1;; ++attempt) {
    // A reload may have brought others.
    const auto with = with_;
    if (!with) break;
    const core::deadline until{clock_.steady() + with->timeout};
    const auto answer = co_await with->post(body, until.sooner(ends_at_));
    const auto verdict = judge(answer, count);
    take_note(answer, verdict);
    if (!verdict.again) lost = verdict.rejected;
    if (!verdict.again || attempt == most_attempts || ending_) break;
    co_await wait(wait_after(attempt, answer.retry_after, chance_()));
  }
  // Else it has been counted at the end.
  if (std::exchange(in_hand_, 0) == 0) co_return;
  counts_.failed += lost;
  counts_.exported += count - lost;
}

void exporter::take_note(const export_answer& answer, const export_verdict& verdict) {
  ++counts_.faults.at(static_cast<std::size_t>(verdict.fault));
  const auto before = std::exchange(standing_, verdict.fault);
  if ((before == export_fault::none) == (verdict.fault == export_fault::none)) return;
  if (tell_) tell_({verdict.fault, answer.status, answer.error ? answer.error.message() : ""});
}

}  // namespace latchkey::trace
