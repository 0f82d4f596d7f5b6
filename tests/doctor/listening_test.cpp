#include <boost/asio/io_context.hpp>
#include <doctor/listening.hpp>
#include <gmock/gmock.h>

#include <cerrno>
#include <unistd.h>

namespace latchkey::doctor {
namespace {

using async::tcp;
using testing::ElementsAre;
using testing::IsEmpty;

tcp::endpoint at(const char* address, std::uint16_t port) {
  return {boost::asio::ip::make_address(address), port};
}

TEST(doctor_listening, reads_the_sockets_that_listen) {
  // As the system of a machine with the least byte first writes it.
  const auto all = read_listening(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "4711 1 0\n"
      "   1: 0100007F:20FB 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 "
      "4712 1 0\n"
      "   2: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "4713 1 0\n"
      "   3: 00000000000000000000000001000000:20FC 00000000000000000000000000000000:0000 0A 0:0 "
      "0:0 0 0 0 4714 1\n");
  EXPECT_THAT(all, ElementsAre(listening_socket{at("127.0.0.1", 8443), 4711},
                               listening_socket{at("0.0.0.0", 443), 4713},
                               listening_socket{at("::1", 8444), 4714}));
}

TEST(doctor_listening, what_is_written_otherwise_is_passed_over) {
  for (const char* const text :
       {"", "\n\n", "0: 0100007F 0 0A 0 0 0 0 0 1", "0: 0100007F:XXXX 0:0 0A 0 0 0 0 0 1",
        "0: 0100007F:20FB 0:0 0A 0 0 0 0 0 x", "0: 01007F:20FB 0:0 0A 0 0 0 0 0 1",
        "0: 0100007F:20FB0 0:0 0A 0 0 0 0 0 1", "0: 0100007F:20FB 0:0 0A 0 0 0"}) {
    EXPECT_THAT(read_listening(text), IsEmpty()) << text;
  }
}

TEST(doctor_listening, an_address_of_all_is_in_the_way_of_each) {
  struct {
    tcp::endpoint one;
    tcp::endpoint other;
    bool held;
  } const cases[] = {
      {at("127.0.0.1", 80), at("127.0.0.1", 80), true},
      {at("127.0.0.1", 80), at("127.0.0.1", 81), false},
      {at("127.0.0.1", 80), at("127.0.0.2", 80), false},
      {at("0.0.0.0", 80), at("127.0.0.1", 80), true},
      {at("127.0.0.1", 80), at("0.0.0.0", 80), true},
      {at("::", 80), at("127.0.0.1", 80), true},
      {at("::", 80), at("::1", 80), true},
      {at("::1", 80), at("0.0.0.0", 80), false},
      {at("0.0.0.0", 80), at("::1", 80), false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(is_in_the_way(one.one, one.other), one.held) << one.one << ' ' << one.other;
  }
}

TEST(doctor_listening, finds_this_very_process_at_its_port) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor{context, at("127.0.0.1", 0)};
  const auto where = acceptor.local_endpoint();
  EXPECT_EQ(try_to_bind(where), EADDRINUSE);
  const auto holder = holder_of(where);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->id, ::getpid());
  EXPECT_THAT(holder->name, testing::StartsWith("latchkey_doctor"));
  EXPECT_EQ(try_to_bind(at("127.0.0.1", 0)), 0);
  EXPECT_EQ(try_to_bind(at("192.0.2.1", 0)), EADDRNOTAVAIL);
}

}  // namespace
}  // namespace latchkey::doctor
