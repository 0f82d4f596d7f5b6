#include <latchkey/given_sockets.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace latchkey::programs {
namespace {

using async::tcp;
using testing::ElementsAre;
using testing::HasSubstr;

std::string fault_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
  return {};
}

// What a service manager opens, at descriptors in a row.
class given_sockets_test : public testing::Test {
 protected:
  static constexpr int first = 200;

  tcp::endpoint listen(int at) {
    tcp::acceptor made{context_, {boost::asio::ip::address_v4::loopback(), 0}};
    EXPECT_EQ(::dup2(made.native_handle(), at), at);
    return made.local_endpoint();
  }

  boost::asio::io_context context_;
};

std::string text_of(const tcp::endpoint& where) {
  return where.address().to_string() + ":" + std::to_string(where.port());
}

TEST_F(given_sockets_test, are_found_by_address_and_by_name) {
  const auto a = listen(first);
  const auto b = listen(first + 1);
  const given_sockets given{{"https", "https"}, first};
  EXPECT_THAT(given.addresses_of({text_of(b)}, "server.listen"), ElementsAre(b));
  EXPECT_THAT(given.addresses_of({"systemd:https"}, "server.listen"), ElementsAre(a, b));
  const auto elsewhere = server::parse_endpoint("127.0.0.1:1");
  EXPECT_THAT(given.addresses_of({"127.0.0.1:1"}, "server.listen"), ElementsAre(elsewhere));
  EXPECT_TRUE(::fcntl(first, F_GETFD) & FD_CLOEXEC);
}

TEST_F(given_sockets_test, say_which_name_is_not_there) {
  const auto a = listen(first);
  const given_sockets given{{"web"}, first};
  EXPECT_THAT(fault_of([&] { given.addresses_of({"systemd:https"}, "server.listen"); }),
              testing::AllOf(HasSubstr("server.listen: the service manager has given no socket "
                                       "named \"https\""),
                             HasSubstr("\"web\" at " + text_of(a))));
  EXPECT_THAT(fault_of([] { given_sockets{}.addresses_of({"systemd:https"}, "admin.listen"); }),
              HasSubstr("it has given: none"));
}

TEST_F(given_sockets_test, are_not_listened_at_twice) {
  const auto a = listen(first);
  const given_sockets given{{"https"}, first};
  EXPECT_THAT(fault_of([&] { given.addresses_of({"systemd:https", text_of(a)}, "server.listen"); }),
              HasSubstr(text_of(a) + " twice"));
  EXPECT_EQ(fault_of([&] { given.addresses_of({"127.0.0.1:0", "127.0.0.1:0"}, "x"); }), "");
}

TEST_F(given_sockets_test, are_listened_at_on_the_terms_of_where_they_stand) {
  const auto a = listen(first);
  const given_sockets given{{"https"}, first};
  app::server_config settings;
  settings.listen = {"127.0.0.1:1"};
  settings.listeners = {{{"127.0.0.1:2", "127.0.0.1:3"}, false}, {{"systemd:https"}, true}};
  const std::vector<server::listen_address> expected{{server::parse_endpoint("127.0.0.1:1"), 0},
                                                     {server::parse_endpoint("127.0.0.1:2"), 1},
                                                     {server::parse_endpoint("127.0.0.1:3"), 1},
                                                     {a, 2}};
  EXPECT_EQ(given.addresses_of(settings), expected);
  settings.listeners[0].listen = {text_of(a)};
  EXPECT_THAT(fault_of([&] { given.addresses_of(settings); }),
              testing::EndsWith(text_of(a) + " is both in server.listener.0.listen and in "
                                             "server.listener.1.listen"));
}

TEST_F(given_sockets_test, are_each_served_by_one_listener) {
  const auto a = listen(first);
  const given_sockets given{{"https"}, first};
  EXPECT_EQ(fault_of([&] { given.require_use({a}, {}); }), "");
  EXPECT_EQ(fault_of([&] { given.require_use({}, {a}); }), "");
  EXPECT_THAT(fault_of([&] { given.require_use({a}, {a}); }), HasSubstr("both in server.listen"));
  EXPECT_THAT(fault_of([&] { given.require_use({}, {}); }),
              HasSubstr("\"https\" at " + text_of(a) + ", which is none of server.listen"));
}

TEST_F(given_sockets_test, must_be_sockets_of_tcp_that_listen) {
  const auto refused = [] { return fault_of([] { given_sockets{{"a"}, first}; }); };
  ::close(first);
  EXPECT_THAT(refused(), HasSubstr("descriptor 200, named \"a\", which is not open"));
  const int folder = ::open("/", O_RDONLY | O_CLOEXEC);
  ::dup2(folder, first);
  ::close(folder);
  EXPECT_THAT(refused(), HasSubstr("is no socket"));
  const auto socket = [](int family, int type) {
    const int made = ::socket(family, type, 0);
    ::dup2(made, first);
    ::close(made);
  };
  socket(AF_UNIX, SOCK_STREAM);
  EXPECT_THAT(refused(), HasSubstr("another family"));
  socket(AF_INET, SOCK_DGRAM);
  EXPECT_THAT(refused(), HasSubstr("not a socket of TCP"));
  socket(AF_INET, SOCK_STREAM);
  EXPECT_THAT(refused(), HasSubstr("does not listen"));
  ::close(first);
}

TEST_F(given_sockets_test, are_closed_with_it) {
  listen(first);
  {
    given_sockets given{{"https"}, first};
    given.close();
    EXPECT_LT(::fcntl(first, F_GETFD), 0);
    EXPECT_TRUE(given.listeners().empty());
  }
  EXPECT_LT(::fcntl(first, F_GETFD), 0);
}

}  // namespace
}  // namespace latchkey::programs
