#include "support/cases.hpp"

#include <doctor/judge_machine.hpp>
#include <gmock/gmock.h>

#include <cerrno>

namespace latchkey::doctor {
namespace {

using testing::HasSubstr;

struct port_case {
  const char* name;
  seen_port seen;
  grade state;
  const char* found;
  const char* advice;
};

const port_case ports[] = {
    {"free", {"server.listen", "127.0.0.1:8443", 0, {}}, grade::ok, "127.0.0.1:8443 is free", ""},
    {"held_by_somebody",
     {"server.listen", "127.0.0.1:8443", EADDRINUSE, process_name{4711, "nginx"}},
     grade::fault,
     "127.0.0.1:8443 is held by nginx (process 4711)",
     "end it (kill 4711), or choose another port in server.listen"},
    {"held_by_one_of_ours",
     {"server.listen", "127.0.0.1:8443", EADDRINUSE, process_name{4711, "latchkey"}},
     grade::warning,
     "held by latchkey (process 4711)",
     "well if that is this very server"},
    {"held_by_nobody_knows_whom",
     {"admin.listen", "127.0.0.1:9901", EADDRINUSE, {}},
     grade::fault,
     "held by another program",
     "ss -ltnp"},
    {"privileged",
     {"server.listen", "0.0.0.0:443", EACCES, {}},
     grade::fault,
     "ports below 1024",
     "systemd"},
    {"of_another_machine",
     {"server.listen", "192.0.2.1:8443", EADDRNOTAVAIL, {}},
     grade::fault,
     "no address of this machine",
     "ip address"},
    {"of_a_family_that_is_turned_off",
     {"server.listen", "[::1]:8443", EAFNOSUPPORT, {}},
     grade::fault,
     "not supported",
     "correct the address"},
    {"of_systemd",
     {"server.listen", "systemd:https", 0, {}},
     grade::ok,
     "systemd:https is opened by the service manager",
     ""},
};

class doctor_ports : public testing::TestWithParam<port_case> {};

TEST_P(doctor_ports, are_judged) {
  const auto made = judge_port(GetParam().seen);
  EXPECT_EQ(made.state, GetParam().state);
  EXPECT_THAT(made.found, HasSubstr(GetParam().found));
  EXPECT_THAT(made.advice, HasSubstr(GetParam().advice));
  EXPECT_EQ(made.subject, GetParam().seen.subject);
}

INSTANTIATE_TEST_SUITE_P(all, doctor_ports, testing::ValuesIn(ports), support::case_name);

TEST(doctor_machine, files_with_secrets_are_for_their_owner) {
  EXPECT_FALSE(judge_secret_file("k", "f", 0100600));
  EXPECT_FALSE(judge_secret_file("k", "f", 0100640));
  EXPECT_THAT(judge_secret_file("k", "f.key", 0100644)->advice, HasSubstr("chmod o= f.key"));
  EXPECT_THAT(judge_secret_file("k", "f.key", 0100660)->found, HasSubstr("written by others"));
  EXPECT_THAT(judge_secret_file("k", "f.key", 0100606)->found, HasSubstr("written by others"));
  EXPECT_EQ(judge_secret_file("k", "f.key", 0100604)->state, grade::warning);
}

TEST(doctor_machine, descriptors_have_to_do_for_the_connections) {
  EXPECT_EQ(judge_descriptors(20'000, 10'000, 10'000).state, grade::ok);
  const auto few = judge_descriptors(1024, 900, 10'000);
  EXPECT_EQ(few.state, grade::warning);
  EXPECT_THAT(few.found, HasSubstr("1024, which has room for 900 clients of 10000"));
  EXPECT_EQ(judge_descriptors(16, std::nullopt, 10'000).state, grade::fault);
}

TEST(doctor_machine, a_sandbox_that_must_be_had_and_cannot_is_a_fault) {
  using app::sandbox_mode;
  struct {
    sandbox_mode mode;
    int landlock;
    bool seccomp;
    grade state;
  } const cases[] = {
      {sandbox_mode::off, 0, false, grade::ok},
      {sandbox_mode::on, 3, true, grade::ok},
      {sandbox_mode::on, 0, true, grade::fault},
      {sandbox_mode::on, 3, false, grade::fault},
      {sandbox_mode::automatic, 3, true, grade::ok},
      {sandbox_mode::automatic, 0, true, grade::warning},
      {sandbox_mode::automatic, 3, false, grade::warning},
      {sandbox_mode::landlock, 3, false, grade::ok},
      {sandbox_mode::landlock, 0, true, grade::fault},
      {sandbox_mode::seccomp, 0, true, grade::ok},
      {sandbox_mode::seccomp, 3, false, grade::fault},
  };
  for (const auto& one : cases) {
    const auto made = judge_sandbox(one.mode, one.landlock, one.seccomp);
    EXPECT_EQ(made.state, one.state) << made.found;
  }
}

TEST(doctor_machine, the_admin_listener_is_for_this_machine) {
  for (const char* const listen :
       {"127.0.0.1:9901", "[::1]:9901", "127.0.0.2:1", "", "systemd:a"}) {
    EXPECT_EQ(judge_admin(listen).state, grade::ok) << listen;
  }
  for (const char* const listen : {"0.0.0.0:9901", "[::]:9901", "10.0.0.1:9901"}) {
    EXPECT_EQ(judge_admin(listen).state, grade::warning) << listen;
  }
}

}  // namespace
}  // namespace latchkey::doctor
