#include <latchkey/service_notifier.hpp>

#include <boost/asio/post.hpp>
#include <boost/system/errc.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/manual_clock.hpp>

#include <future>
#include <string>
#include <vector>

namespace latchkey::programs {
namespace {

namespace errc = boost::system::errc;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class service_notifier_test : public testing::Test {
 protected:
  service_notifier_test()
      : notifier_{context_.get_executor(), clock_.clock(),
                  [this](std::string_view text) {
                    if (answer_) return answer_;
                    sent_.emplace_back(text);
                    return core::error_code{};
                  },
                  [this](const core::error_code& why) { failed_.push_back(why); }} {}

  // Until so many messages have been sent.
  void run_until(std::size_t count) {
    while (sent_.size() < count) context_.run_one();
  }

  boost::asio::io_context context_;
  support::manual_clock clock_;
  core::error_code answer_;
  std::vector<std::string> sent_;
  std::vector<core::error_code> failed_;
  service_notifier notifier_;
};

TEST_F(service_notifier_test, tells_how_it_stands) {
  notifier_.ready("Serving\nREADY=0");
  notifier_.reloading();
  notifier_.ready("Serving again");
  notifier_.stopping(10'500ms, "Ending");
  EXPECT_THAT(sent_, ElementsAre("READY=1\nSTATUS=Serving READY=0",
                                 "RELOADING=1\nMONOTONIC_USEC=3600000000\nSTATUS=Reading the "
                                 "configuration anew",
                                 "READY=1\nSTATUS=Serving again",
                                 "STOPPING=1\nEXTEND_TIMEOUT_USEC=10500000\nSTATUS=Ending"));
}

TEST_F(service_notifier_test, tells_nothing_of_reloads_while_it_ends) {
  notifier_.stopping(1s, "Ending");
  notifier_.reloading();
  notifier_.ready("Serving");
  notifier_.stopping(1s, "Ending");
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(service_notifier_test, sends_later_and_in_order_what_there_was_no_room_for) {
  answer_ = make_error_code(errc::resource_unavailable_try_again);
  notifier_.ready("first");
  notifier_.reloading();
  answer_ = {};
  notifier_.ready("second");
  EXPECT_THAT(sent_, IsEmpty()) << "not before those that wait";
  run_until(3);
  EXPECT_EQ(sent_.front(), "READY=1\nSTATUS=first");
  EXPECT_EQ(sent_.back(), "READY=1\nSTATUS=second");
  EXPECT_THAT(failed_, IsEmpty());
}

TEST_F(service_notifier_test, keeps_a_bounded_number_of_them) {
  answer_ = make_error_code(errc::no_buffer_space);
  for (int i = 0; i < 100; ++i) notifier_.ready(std::to_string(i));
  answer_ = {};
  run_until(16);
  EXPECT_EQ(sent_.front(), "READY=1\nSTATUS=84");
  EXPECT_EQ(sent_.back(), "READY=1\nSTATUS=99");
}

TEST_F(service_notifier_test, says_once_that_it_cannot) {
  answer_ = make_error_code(errc::no_such_file_or_directory);
  notifier_.ready("a");
  notifier_.ready("b");
  EXPECT_THAT(failed_, ElementsAre(answer_));
}

TEST_F(service_notifier_test, gives_signs_of_life_while_all_threads_turn) {
  async::io_pool workers{2};
  workers.run();
  notifier_.watch(workers, 20ms);
  run_until(3);
  EXPECT_THAT(sent_, testing::Each("WATCHDOG=1"));

  std::promise<void> go_on;
  std::promise<void> hangs;
  auto hung = go_on.get_future().share();
  boost::asio::post(workers.at(1), [&hangs, hung] {
    hangs.set_value();
    hung.wait();
  });
  hangs.get_future().wait();
  // What was asked before it hung may still come.
  context_.run_for(15ms);
  sent_.clear();
  context_.run_for(100ms);
  EXPECT_THAT(sent_, IsEmpty());

  go_on.set_value();
  run_until(2);
  workers.stop();
  workers.join();
}

TEST(service_notifier_of_nobody, does_nothing) {
  boost::asio::io_context context;
  service_notifier notifier{context.get_executor(), core::system_clock(), {}, {}};
  async::io_pool workers{1};
  notifier.ready("a");
  notifier.reloading();
  notifier.watch(workers, 1ms);
  notifier.stopping(1s, "b");
  EXPECT_EQ(context.run(), 0U);
}

}  // namespace
}  // namespace latchkey::programs
