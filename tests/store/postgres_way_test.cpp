#include "store/postgres_way.hpp"

#include "support/run.hpp"

#include <latchkey/store/errc.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace latchkey::store {
namespace {

using namespace std::chrono_literals;

std::string value_of(const postgres_options& all, const char* name) {
  const auto* found = find_option(all, name);
  return found == nullptr ? "" : *found;
}

core::result<net::found_addresses> look_up(const std::string& host) {
  if (host != "db.example")
    return boost::system::errc::make_error_code(boost::system::errc::host_unreachable);
  return net::found_addresses{
      {async::asio::ip::make_address("192.0.2.1"), async::asio::ip::make_address("2001:db8::1")}};
}

core::result<postgres_options> way_to(const std::string& uri) {
  async::asio::io_context io;
  const core::deadline until{std::chrono::steady_clock::now() + 60s};
  return support::run(io,
                      with_addresses(parse_postgres(uri).value(), net::resolver{look_up}, until));
}

TEST(postgres_ways, have_hosts_with_their_ports) {
  using hosts = std::vector<postgres_host>;
  const auto of = [](const char* uri) { return hosts_of(parse_postgres(uri).value()); };
  EXPECT_EQ(of("postgresql://h/d"), (hosts{{"h", "", "5432"}}));
  EXPECT_EQ(of("postgresql:///d"), (hosts{{"", "", "5432"}}));
  EXPECT_EQ(of("postgresql://a:1,b,c:3/d"),
            (hosts{{"a", "", "1"}, {"b", "", "5432"}, {"c", "", "3"}}));
  EXPECT_EQ(of("postgresql://a,b/d?port=7"), (hosts{{"a", "", "7"}, {"b", "", "7"}}));
  EXPECT_EQ(of("postgresql://a/d?hostaddr=10.0.0.1"), (hosts{{"a", "10.0.0.1", "5432"}}));
}

TEST(postgres_ways, have_an_address_for_each_name) {
  const auto way = way_to("postgresql://db.example:7,gone.example,10.0.0.9/d").value();
  EXPECT_EQ(value_of(way, "host"), "db.example,db.example,10.0.0.9");
  EXPECT_EQ(value_of(way, "hostaddr"), "192.0.2.1,2001:db8::1,10.0.0.9");
  EXPECT_EQ(value_of(way, "port"), "7,7,5432");
  EXPECT_TRUE(way_to("postgresql://gone.example/d").has_error());
  const auto socket = way_to("postgresql:///d?host=/run/pg").value();
  EXPECT_EQ(value_of(socket, "host"), "/run/pg");
  EXPECT_EQ(value_of(socket, "hostaddr"), "");
}

TEST(postgres_ways, do_not_block_nor_last) {
  const auto all = options_for("postgresql://h/d?options=-csearch_path%3Dx");
  // A pooler takes none of its own accord.
  EXPECT_EQ(value_of(options_for("postgresql://h/d"), "options"), "");
  EXPECT_EQ(value_of(all, "options"), "-csearch_path=x");
  EXPECT_EQ(value_of(all, "gssencmode"), "disable");
  EXPECT_EQ(value_of(all, "client_encoding"), "UTF8");
  EXPECT_EQ(value_of(all, "application_name"), "latchkey");
}

}  // namespace
}  // namespace latchkey::store
