#include "support/full_queue.hpp"
#include "support/raw_server.hpp"
#include "support/run.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <boost/asio/error.hpp>
#include <client/dial.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string_view>
#include <vector>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;

core::deadline soon(std::chrono::milliseconds wait) {
  return core::deadline{core::steady_time::clock::now() + wait};
}

// What the one that is connected to says, or why there is none.
async::task<core::result<char>> connect_and_read(async::executor where,
                                                 std::vector<async::tcp::endpoint> all,
                                                 core::deadline until) {
  const auto made = co_await connect_any(async::socket_waits_of(where), all, until);
  if (made.has_error()) co_return made.error();
  std::array<char, 1> first{};
  const auto got = co_await (*made)->read_some(first);
  if (got.has_error()) co_return got.error();
  co_return first[0];
}

core::result<char> connected_to(const std::vector<async::tcp::endpoint>& all,
                                core::deadline until) {
  boost::asio::io_context io;
  return support::run(io, connect_and_read(io.get_executor(), all, until));
}

TEST(dial, leaves_every_address_its_share_of_the_time) {
  const core::steady_time now{1h};
  EXPECT_EQ(share_of(now, now + 2s, 1), now + 2s);
  EXPECT_EQ(share_of(now, now + 2s, 2), now + 1s);
  EXPECT_EQ(share_of(now, now + 2s, 4), now + 500ms);
  EXPECT_EQ(share_of(now, core::steady_time::max(), 4), core::steady_time::max());
}

TEST(dial, passes_over_addresses_that_refuse_or_do_not_answer) {
  const support::full_queue silent;
  async::tcp::endpoint refusing;
  {
    const raw_server ended{[](raw_server::socket&) {}};
    refusing = ended.endpoint();
  }
  const raw_server good{[](raw_server::socket& peer) { raw_server::send(peer, "g"); }};
  const std::vector<async::tcp::endpoint> all{refusing, silent.endpoint(), good.endpoint()};
  const auto start = core::steady_time::clock::now();
  const auto heard = connected_to(all, soon(600ms));
  ASSERT_TRUE(heard.has_value()) << heard.error().message();
  EXPECT_EQ(*heard, 'g');
  EXPECT_GE(core::steady_time::clock::now() - start, 100ms) << "the silent one was tried";
}

TEST(dial, reports_the_last_failure_and_keeps_to_the_deadline) {
  const support::full_queue silent;
  const std::vector<async::tcp::endpoint> all{silent.endpoint(), silent.endpoint()};
  EXPECT_EQ(connected_to(all, soon(100ms)).error(), net::errc::timeout);
  EXPECT_EQ(connected_to(all, soon(-1s)).error(), net::errc::timeout);
  EXPECT_EQ(connected_to({}, soon(1s)).error(), net::errc::timeout);
}

TEST(dial, finds_one_that_leads_inside_among_all) {
  const auto at = [](const char* text) {
    return async::tcp::endpoint{boost::asio::ip::make_address(text), 443};
  };
  const net::addresses own{boost::asio::ip::make_address("192.0.2.9")};
  EXPECT_FALSE(check_outside({at("192.0.2.1"), at("10.0.0.1")}, own));
  EXPECT_FALSE(check_outside({}, own));
  EXPECT_EQ(check_outside({at("192.0.2.1"), at("169.254.169.254")}, own), errc::internal_address);
  EXPECT_EQ(check_outside({at("192.0.2.9")}, own), errc::internal_address);
  EXPECT_EQ(check_outside({at("::ffff:192.0.2.9")}, own), errc::internal_address);
}

TEST(dial, judges_the_text_of_a_host_that_a_proxy_resolves) {
  using namespace std::string_view_literals;
  const net::addresses own{boost::asio::ip::make_address("192.0.2.9")};
  const auto internal = make_error_code(errc::internal_address);
  const auto unclear = make_error_code(errc::bad_url);
  const struct {
    std::string_view host;
    core::error_code judged;
  } cases[] = {
      {"idp.example", {}},
      {"idp.example.", {}},
      {"notlocalhost", {}},
      {"localhost.example", {}},
      {"mylocaldomain", {}},
      {"google.internal", {}},
      {"10.0.0.1", {}},
      {"192.0.2.1.", {}},
      {"2001:db8::1", {}},
      {"127.0.0.1", internal},
      {"127.0.0.1.", internal},
      {"169.254.169.254", internal},
      {"169.254.169.254.", internal},
      {"192.0.2.9", internal},
      {"192.0.2.9.", internal},
      {"0.0.0.0", internal},
      {"::1", internal},
      {"::ffff:127.0.0.1", internal},
      {"::ffff:7f00:1", internal},
      {"::ffff:192.0.2.9", internal},
      {"::127.0.0.1", internal},
      {"64:ff9b::a9fe:a9fe", internal},
      {"fe80::1%1", internal},
      {"localhost", internal},
      {"localhost.", internal},
      {"LOCALHOST", internal},
      {"foo.localhost", internal},
      {"foo.LocalHost.", internal},
      {"localhost.localdomain", internal},
      {"localhost6", internal},
      {"ip6-loopback", internal},
      {"metadata.google.internal", internal},
      {"Metadata.Google.Internal.", internal},
      {"metadata.goog", internal},
      {"2130706433", unclear},
      {"127.1", unclear},
      {"127.0.1.", unclear},
      {"0x7f000001", unclear},
      {"0xa9fea9fe", unclear},
      {"0XA9FEA9FE.", unclear},
      {"0177.0.0.1", unclear},
      {"169.254.43518", unclear},
      {"0251.0376.0251.0376", unclear},
      {"a.example.0x7f", unclear},
      {"1.2.3.4.5", unclear},
      {"127.0.0.1..", unclear},
      {"localhost..", unclear},
      {"[::1]", unclear},
      {"[::ffff:127.0.0.1]", unclear},
      {"127%2e0%2e0%2e1", unclear},
      {"%6cocalhost", unclear},
      {"localhost%00", unclear},
      {"localhost\0.example"sv, unclear},
      {"127.0.0.1\0.example"sv, unclear},
      {"localhost ", unclear},
      {"\xE2\x91\xA0"
       "27.0.0.1",
       unclear},
      {"", unclear},
      {".", unclear},
  };
  for (const auto& [host, judged] : cases) {
    EXPECT_EQ(check_outside_text(host, own), judged) << host;
  }
}

}  // namespace
}  // namespace latchkey::client
