#include <latchkey/async/io_pool.hpp>
#include <latchkey/trace/exporter.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::trace {
namespace {

using namespace std::chrono_literals;

// An exporter on a context that the test turns, with a collector that answers as it is told.
class exporting : public testing::Test {
 protected:
  exporting() {
    settings_ = std::make_shared<export_settings>();
    settings_->of = {"test", "1"};
    settings_->interval = 1ms;
    settings_->post = [this](std::shared_ptr<const std::string> body, core::deadline until) {
      return answer(*this, std::move(body), until);
    };
  }

  static async::task<export_answer> answer(exporting& self, std::shared_ptr<const std::string> body,
                                           core::deadline until) {
    self.bodies_.push_back(*body);
    self.deadlines_.push_back(until);
    if (self.mute_) {
      async::timer never{self.context_.get_executor(), core::steady_time::max()};
      core::error_code ignored;
      co_await never.async_wait(async::use_task_with(ignored));
    }
    if (self.answers_.empty()) {
      export_answer fine;
      fine.status = 200;
      co_return fine;
    }
    auto next = self.answers_.front();
    self.answers_.pop_front();
    co_return next;
  }

  static export_answer status(unsigned code, std::string body = "") {
    export_answer made;
    made.status = code;
    made.body = std::move(body);
    return made;
  }

  void add(std::size_t count) {
    const async::io_pool::thread_scope here{pool_, 0};
    for (std::size_t i = 0; i < count; ++i) {
      span made;
      made.context = {{1, 2}, {i + 1}, sampled_flag};
      made.name = "GET";
      store_->add(std::move(made));
    }
  }

  void start() {
    exporter_.use(settings_);
    exporter_.start();
  }

  // False where it is not so within seconds.
  bool turn_until(const std::function<bool()>& is_so) {
    const auto end = core::steady_time::clock::now() + 10s;
    while (!is_so()) {
      if (core::steady_time::clock::now() > end) return false;
      context_.run_one_for(100ms);
    }
    return true;
  }

  std::size_t spans_in(const std::string& body) const {
    return boost::json::parse(body)
        .at("resourceSpans")
        .at(0)
        .at("scopeSpans")
        .at(0)
        .at("spans")
        .as_array()
        .size();
  }

  async::io_pool pool_{1};
  std::shared_ptr<span_store> store_ = std::make_shared<span_store>(pool_, 1'000);
  std::shared_ptr<export_settings> settings_;
  std::vector<std::string> bodies_;
  std::vector<core::deadline> deadlines_;
  std::deque<export_answer> answers_;
  std::vector<export_event> told_;
  bool mute_ = false;
  bool done_ = false;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  exporter exporter_{context_.get_executor(), core::system_clock(), store_,
                     [this](const export_event& one) { told_.push_back(one); }, [] { return 1.0; }};
};

TEST_F(exporting, sends_batches_of_what_there_is) {
  settings_->batch = 10;
  add(25);
  start();
  ASSERT_TRUE(turn_until([&] { return exporter_.counts().exported == 25; }));
  ASSERT_EQ(bodies_.size(), 3U);
  EXPECT_EQ(spans_in(bodies_[0]), 10U);
  EXPECT_EQ(spans_in(bodies_[2]), 5U);
  EXPECT_TRUE(told_.empty());
}

TEST_F(exporting, tries_again_what_may_pass) {
  answers_ = {status(503), status(200)};
  add(2);
  start();
  ASSERT_TRUE(turn_until([&] { return exporter_.counts().exported == 2; }));
  ASSERT_EQ(bodies_.size(), 2U);
  EXPECT_EQ(bodies_[0], bodies_[1]);
  EXPECT_EQ(exporter_.counts().faults[static_cast<std::size_t>(export_fault::busy)], 1U);
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_EQ(told_[0].fault, export_fault::busy);
  EXPECT_EQ(told_[0].status, 503U);
  EXPECT_EQ(told_[1].fault, export_fault::none);
}

TEST_F(exporting, counts_what_is_refused_and_taken_in_part) {
  settings_->batch = 4;
  answers_ = {status(400), status(200, R"({"partialSuccess":{"rejectedSpans":"3"}})")};
  add(8);
  start();
  ASSERT_TRUE(turn_until([&] { return exporter_.counts().failed == 7; }));
  EXPECT_EQ(exporter_.counts().exported, 1U);
  EXPECT_EQ(bodies_.size(), 2U);
}

TEST_F(exporting, a_reload_is_what_the_next_attempt_uses) {
  answers_ = {status(503)};
  answers_.front().retry_after = 60s;
  add(1);
  start();
  ASSERT_TRUE(turn_until([&] { return bodies_.size() == 1; }));
  auto next = std::make_shared<export_settings>(*settings_);
  bool asked = false;
  next->post = [&asked](std::shared_ptr<const std::string>,
                        core::deadline) -> async::task<export_answer> {
    asked = true;
    export_answer fine;
    fine.status = 200;
    co_return fine;
  };
  context_.poll();
  exporter_.use(next);
  ASSERT_TRUE(turn_until([&] { return exporter_.counts().exported == 1; }));
  EXPECT_TRUE(asked);
  EXPECT_EQ(bodies_.size(), 1U);
}

TEST_F(exporting, once_it_is_off_what_waits_is_dropped) {
  settings_->interval = 1h;
  start();
  context_.poll();
  add(3);
  exporter_.use(nullptr);
  EXPECT_EQ(store_->size(), 0U);
  EXPECT_EQ(exporter_.counts().dropped, 3U);
  exporter_.use(settings_);
  exporter_.finish(core::deadline{}, [&] { done_ = true; });
  EXPECT_TRUE(turn_until([&] { return done_; }));
  EXPECT_TRUE(bodies_.empty());
}

// Of requests that had begun before.
TEST_F(exporting, what_comes_while_it_is_off_is_never_sent) {
  start();
  context_.poll();
  exporter_.use(nullptr);
  add(3);
  exporter_.use(settings_);
  add(1);
  ASSERT_TRUE(turn_until([&] { return exporter_.counts().exported == 1; }));
  EXPECT_EQ(exporter_.counts().dropped, 3U);
  EXPECT_EQ(bodies_.size(), 1U);
}

TEST_F(exporting, tells_that_it_works_again_after_a_reload_as_well) {
  answers_ = {status(503), status(200)};
  answers_.front().retry_after = 60s;
  add(1);
  start();
  ASSERT_TRUE(turn_until([&] { return told_.size() == 1; }));
  context_.poll();
  exporter_.use(std::make_shared<export_settings>(*settings_));
  ASSERT_TRUE(turn_until([&] { return told_.size() == 2; }));
  EXPECT_EQ(told_[1].fault, export_fault::none);
}

TEST_F(exporting, at_the_end_what_waits_is_sent) {
  settings_->interval = 1h;
  settings_->batch = 100;
  start();
  context_.poll();
  add(3);
  const core::deadline until{core::steady_time::clock::now() + 1h};
  exporter_.finish(until, [&] { done_ = true; });
  EXPECT_TRUE(turn_until([&] { return done_; }));
  ASSERT_EQ(bodies_.size(), 1U);
  EXPECT_EQ(exporter_.counts().exported, 3U);
}

TEST_F(exporting, at_the_end_each_batch_is_sent_once) {
  settings_->batch = 1;
  add(2);
  start();
  answers_ = {status(503), status(503)};
  exporter_.finish(core::deadline{core::steady_time::clock::now() + 1h}, [&] { done_ = true; });
  EXPECT_TRUE(turn_until([&] { return done_; }));
  EXPECT_EQ(bodies_.size(), 2U);
  EXPECT_EQ(exporter_.counts().failed, 2U);
}

TEST_F(exporting, the_end_does_not_wait_for_a_collector_that_is_mute) {
  mute_ = true;
  settings_->batch = 1;
  add(3);
  start();
  ASSERT_TRUE(turn_until([&] { return bodies_.size() == 1; }));
  exporter_.finish(core::deadline{core::steady_time::clock::now() + 50ms}, [&] { done_ = true; });
  EXPECT_TRUE(turn_until([&] { return done_; }));
  EXPECT_EQ(exporter_.counts().failed, 1U);
  EXPECT_EQ(exporter_.counts().dropped, 2U);
  EXPECT_EQ(bodies_.size(), 1U);
}

TEST_F(exporting, without_settings_the_end_is_at_once) {
  exporter_.start();
  context_.poll();
  exporter_.finish(core::deadline{}, [&] { done_ = true; });
  EXPECT_TRUE(done_);
  context_.poll();
}

TEST_F(exporting, that_never_began_ends_as_well) {
  exporter_.use(settings_);
  exporter_.finish(core::deadline{}, [&] { done_ = true; });
  EXPECT_TRUE(done_);
}

}  // namespace
}  // namespace latchkey::trace
