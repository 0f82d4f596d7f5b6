#include <latchkey/service_manager.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::programs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr ::pid_t self = 42;

service_manager from(const app::environment_map& environment) {
  return service_manager_from(environment, self);
}

std::string fault_of(const app::environment_map& environment) {
  try {
    from(environment);
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
  return {};
}

TEST(service_manager, says_nothing_where_there_is_none) {
  const auto none = from({{"HOME", "/"}});
  EXPECT_EQ(none.notify_socket, "");
  EXPECT_FALSE(none.watchdog);
  EXPECT_THAT(none.given, IsEmpty());
  EXPECT_THAT(none.faults, IsEmpty());
}

TEST(service_manager, wants_signs_of_life_of_this_process_alone) {
  EXPECT_EQ(from({{"WATCHDOG_USEC", "2000000"}}).watchdog, 2s);
  EXPECT_EQ(from({{"WATCHDOG_USEC", "2000000"}, {"WATCHDOG_PID", "42"}}).watchdog, 2s);
  EXPECT_FALSE(from({{"WATCHDOG_USEC", "2000000"}, {"WATCHDOG_PID", "43"}}).watchdog);
  EXPECT_EQ(from({{"WATCHDOG_USEC", "18446744073709551615"}}).watchdog, 24h);
}

TEST(service_manager, says_which_limit_it_does_not_understand) {
  for (const auto* text : {"0", "-1", "2s", " 2", "18446744073709551616"}) {
    const auto got = from({{"WATCHDOG_USEC", text}});
    EXPECT_FALSE(got.watchdog) << text;
    EXPECT_THAT(got.faults, ElementsAre(HasSubstr("WATCHDOG_USEC"))) << text;
  }
}

TEST(service_manager, gives_sockets_to_this_process_alone) {
  EXPECT_THAT(from({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "42"}}).given,
              ElementsAre("unknown", "unknown"));
  EXPECT_THAT(
      from({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "42"}, {"LISTEN_FDNAMES", "https:admin"}}).given,
      ElementsAre("https", "admin"));
  EXPECT_THAT(from({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "43"}}).given, IsEmpty());
  EXPECT_THAT(from({{"LISTEN_FDS", "2"}}).given, IsEmpty());
  EXPECT_THAT(from({{"LISTEN_FDS", "0"}, {"LISTEN_PID", "42"}}).given, IsEmpty());
}

TEST(service_manager, refuses_what_leaves_sockets_unserved) {
  EXPECT_THAT(fault_of({{"LISTEN_FDS", "two"}, {"LISTEN_PID", "42"}}), HasSubstr("LISTEN_FDS"));
  EXPECT_THAT(fault_of({{"LISTEN_FDS", "100000"}, {"LISTEN_PID", "42"}}), HasSubstr("256"));
  EXPECT_THAT(fault_of({{"LISTEN_FDS", "2"}, {"LISTEN_PID", "42"}, {"LISTEN_FDNAMES", "https"}}),
              HasSubstr("1 names, and LISTEN_FDS says 2"));
}

}  // namespace
}  // namespace latchkey::programs
