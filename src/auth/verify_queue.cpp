#include <latchkey/auth/verify_queue.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <new>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace latchkey::auth {
namespace {

using resume =
    async::asio::async_result<async::asio::use_awaitable_t<async::executor>, void()>::handler_type;

core::error_code no_memory() {
  return boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
}

}  // namespace

verify_counts& verify_counts::operator+=(const verify_counts& other) {
  for (std::size_t i = 0; i < batches.size(); ++i) batches[i] += other.batches[i];
  openssl += other.openssl;
  kernel += other.kernel;
  single += other.single;
  return *this;
}

struct verify_queue::waiting_check {
  jose::signature_job* job;  // in the frame that `then` resumes
  resume then;
};

struct verify_queue::pending_batch {
  std::vector<waiting_check> all;
};

// Posted when a batch is started; flushes it.
struct verify_queue::flush_task {
  verify_queue* queue;
  std::unique_ptr<pending_batch> full;

  void operator()() {
    queue->current_ = nullptr;
    queue->flush(std::move(full));
  }
};

verify_queue::verify_queue(const async::executor& home, const jose::rsa_kernels& kernels)
    : home_{home}, kernels_{kernels} {}
verify_queue::~verify_queue() = default;

async::task<core::error_code> verify_queue::check(const jose::token& token, jose::algorithm alg,
                                                  const jose::key& key, bool* batched) {
  if (kernels_.batch == nullptr || !jose::fits_batch(alg, key))
    co_return check_now(token, alg, key);
  jose::signature_job job{&token, alg, &key, no_memory()};
  // Once the coroutine is suspended nothing may throw: it would be destroyed and resumed both.
  pending_batch* into = nullptr;
  const auto join = [&into, &job](resume then) noexcept {
    into->all.push_back({&job, std::move(then)});
  };
  try {
    into = &current_batch();
    co_await async::asio::async_initiate<decltype(async::use_task), void()>(join, async::use_task);
  } catch (const std::bad_alloc&) {
    co_return no_memory();
  }
  if (batched != nullptr) *batched = job.batched;
  co_return job.outcome;
}

core::error_code verify_queue::check_now(const jose::token& token, jose::algorithm alg,
                                         const jose::key& key) {
  jose::signature_job job{&token, alg, &key, no_memory()};
  try {
    count(jose::check_signatures({&job, 1}, {nullptr, kernels_.single}));
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
  batches_.front().add();
  return job.outcome;
}

void verify_queue::count(const jose::signature_paths& taken) {
  by_openssl_.add(taken.openssl);
  by_kernel_.add(taken.batch);
  by_single_.add(taken.single);
}

verify_queue::pending_batch& verify_queue::current_batch() {
  if (current_ == nullptr) {
    auto next = spare_ ? std::move(spare_) : std::make_unique<pending_batch>();
    auto& begun = *next;
    async::asio::post(home_, flush_task{this, std::move(next)});
    current_ = &begun;
  }
  auto& all = current_->all;
  if (all.size() == all.capacity()) all.reserve(std::max(2 * all.size(), kernels_.batch->lanes));
  return *current_;
}

void verify_queue::check_pass(std::span<waiting_check> these) {
  std::array<jose::signature_job, jose::max_rsa_batch_lanes> jobs;
  const auto asked = std::span{jobs}.first(these.size());
  for (std::size_t i = 0; i < these.size(); ++i) asked[i] = *these[i].job;
  try {
    count(jose::check_signatures(asked, kernels_));
    batches_[these.size() - 1].add();
  } catch (const std::bad_alloc&) {
    for (auto& job : asked) job.outcome = no_memory();
  }
  for (std::size_t i = 0; i < these.size(); ++i) *these[i].job = asked[i];
}

// The coroutines of one pass are resumed before the next pass: the first responses need not wait
// for the last signature.
void verify_queue::flush(std::unique_ptr<pending_batch> full) {
  auto& all = full->all;
  const auto lanes = kernels_.batch->lanes;
  std::size_t from = 0;
  for (; all.size() - from > lanes; from += lanes) {
    const auto these = std::span{all}.subspan(from, lanes);
    check_pass(these);
    for (auto& one : these) std::move(one.then)();
  }
  const auto these = std::span{all}.subspan(from);
  // There is none where there was no memory for the first.
  if (!these.empty()) check_pass(these);
  std::array<std::optional<resume>, jose::max_rsa_batch_lanes> last;
  for (std::size_t i = 0; i < these.size(); ++i) last[i].emplace(std::move(these[i].then));
  all.clear();
  if (!spare_) spare_ = std::move(full);
  // Each that waits keeps the queue, and the last may be the last to do so: from here on nothing of
  // it is touched.
  for (auto& one : last) {
    if (one) std::move (*one)();
  }
}

verify_counts verify_queue::counts() const {
  verify_counts now;
  for (std::size_t i = 0; i < now.batches.size(); ++i) {
    now.batches[i] = batches_[i].get();
  }
  now.openssl = by_openssl_.get();
  now.kernel = by_kernel_.get();
  now.single = by_single_.get();
  return now;
}

}  // namespace latchkey::auth
