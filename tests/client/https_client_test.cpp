// Where https_client goes, and what it asks there.
#include "client/fetching.hpp"

#include <latchkey/client/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(https_client, refuses_urls_before_it_connects) {
  struct {
    const char* url;
    errc why;
  } const cases[] = {
      {"", errc::bad_url},
      {"/keys", errc::bad_url},
      {"ftp://127.0.0.1/", errc::bad_url},
      {"https:///keys", errc::bad_url},
      {"https://user:secret@127.0.0.1/", errc::bad_url},
      {"http://127.0.0.1@192.0.2.1/", errc::bad_url},
      {"http://127.0.0.1.example/x", errc::bad_url},
      {"https://127.0.0.1.example/x", errc::bad_url},
      {"http://127.0.0.1:80.example/", errc::bad_url},
      {"http://127.0.0.1:0/", errc::bad_url},
      {"http://127.0.0.1:65536/", errc::bad_url},
      {"http://127.0.0.1:4294967376/", errc::bad_url},
      {"http://127.0.0.1:/", errc::bad_url},
      {"http://127.0.0.1/\r\nX: y", errc::bad_url},
      {"http://127.1/", errc::bad_url},
      {"http://192.0.2.1/keys", errc::insecure_url},
      {"http://0.0.0.0/keys", errc::insecure_url},
      {"http://idp.example/keys", errc::insecure_url},
      {"http://localhost.example/keys", errc::insecure_url},
      {"http://[2001:db8::1]/keys", errc::insecure_url},
      {"http://[::ffff:127.0.0.1]/keys", errc::insecure_url},
  };
  for (const auto& [url, why] : cases) {
    EXPECT_EQ(fetch(plain_client(), url).error(), why) << url;
  }
}

TEST(https_client, sends_content_by_post) {
  std::string asked;
  raw_server server{[&asked](raw_server::socket& peer) {
    boost::system::error_code error;
    boost::asio::read_until(peer, boost::asio::dynamic_buffer(asked), "{\"a\":1}", error);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  }};
  http::fetch_request wanted;
  wanted.url = url_of(server);
  wanted.content = std::make_shared<const std::string>("{\"a\":1}");
  const auto got = get(plain_client(), wanted);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "{}");
  EXPECT_THAT(asked, StartsWith("POST /keys HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("Content-Type: application/json\r\nContent-Length: 7\r\n\r\n"));
}

TEST(https_client, takes_http_from_elsewhere_where_that_is_allowed) {
  https_client_settings settings;
  settings.allow_http = true;
  settings.names = net::resolver{[](const std::string&) -> core::result<net::found_addresses> {
    return net::found_addresses{{boost::asio::ip::address_v4::loopback()}};
  }};
  const https_client client{settings};
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  }};
  const auto got = fetch(client, "http://idp.example:" + server.port() + "/keys");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(fetch(client, "ftp://idp.example/").error(), errc::bad_url);
  EXPECT_EQ(fetch(client, "http://a:b@idp.example/").error(), errc::bad_url);
}

TEST(https_client, asks_and_hands_over_what_was_answered) {
  std::string asked;
  raw_server server{[&](raw_server::socket& peer) {
    asked = raw_server::read_head(peer);
    raw_server::send(peer,
                     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\n"
                     "Content-Type: application/json\r\nRetry-After: 7\r\n\r\n{}");
  }};
  const auto client = plain_client();
  const auto got = fetch(client, "http://localhost:" + server.port() + "/a/b?c=d");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->status, 200U);
  EXPECT_EQ(got->body, "{}");
  EXPECT_EQ(got->cache_control, "max-age=60");
  EXPECT_EQ(got->content_type, "application/json");
  EXPECT_EQ(got->retry_after, "7");
  EXPECT_THAT(asked, StartsWith("GET /a/b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nHost: localhost:" + server.port() + "\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nUser-Agent: latchkey/"));
  EXPECT_THAT(asked, HasSubstr("\r\nConnection: close\r\n"));
  fetch(client, "http://127.0.0.1:" + server.port() + "?x");
  EXPECT_THAT(asked, StartsWith("GET /?x HTTP/1.1\r\n"));
}

TEST(https_client, asks_for_the_media_types_that_are_wanted) {
  std::string asked;
  raw_server server{[&](raw_server::socket& peer) {
    asked = raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 204 No Content\r\n\r\n");
  }};
  const auto url = "http://127.0.0.1:" + server.port() + "/";
  get(https_client{{}}, {url, {}});
  EXPECT_THAT(asked, HasSubstr("\r\nAccept: application/json\r\n"));
  get(https_client{{}}, {url, {}, "application/json, application/jwk-set+json"});
  EXPECT_THAT(asked, HasSubstr("\r\nAccept: application/json, application/jwk-set+json\r\n"));
}

TEST(https_client, follows_no_redirect) {
  raw_server elsewhere{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen");
  }};
  for (const std::string status : {"301", "302", "303", "307", "308"}) {
    const auto got = get_answer("HTTP/1.1 " + status + " Moved\r\nLocation: " + url_of(elsewhere) +
                                "\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(got.has_value()) << got.error().message();
    EXPECT_EQ(std::to_string(got->status), status);
    EXPECT_EQ(got->body, "");
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(https_client, works_as_a_function_that_outlives_it) {
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 204 No Content\r\n\r\n");
  }};
  http::fetch fetch;
  {
    const auto client = plain_client();
    fetch = client.as_fetch();
  }
  boost::asio::io_context io;
  const core::deadline until{core::steady_time::clock::now() + 5s};
  EXPECT_EQ(support::run(io, fetch({url_of(server), {}}, until))->status, 204U);
}

TEST(entity_tags, are_handed_over_sent_back_and_answered_with_304) {
  const auto first = seen_by("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(first.got.has_value());
  EXPECT_EQ(first.got->etag, "\"a\"");
  EXPECT_THAT(first.asked, Not(HasSubstr("If-None-Match")));
  const auto second = seen_by("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", {}, "\"a\"");
  ASSERT_TRUE(second.got.has_value()) << second.got.error().message();
  EXPECT_EQ(second.got->status, 304U);
  EXPECT_EQ(second.got->body, "");
  EXPECT_THAT(second.asked, HasSubstr("\r\nIf-None-Match: \"a\"\r\n"));
}

TEST(entity_tags, that_could_not_be_sent_back_are_dropped) {
  for (const std::string tag : {"\"a b\"", "\"\x01\"", "\"\xc3\xa4\""}) {
    const auto seen = seen_by("HTTP/1.1 200 OK\r\nETag: " + tag + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(seen.got.has_error() || seen.got->etag.empty()) << tag;
  }
  const auto longest = seen_by("HTTP/1.1 200 OK\r\nETag: " + std::string(257, 'a') +
                               "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(longest.got->etag, "");
  const auto split = seen_by("HTTP/1.1 204 No Content\r\n\r\n", {}, "\"a\"\r\nX-Other: b");
  EXPECT_THAT(split.asked, Not(HasSubstr("X-Other")));
}

TEST(further_fields, are_sent_and_checked_at_the_start) {
  https_client_settings settings;
  settings.headers = {{"X-Api-Key", "k"}, {"X-Api-Key", "l"}, {"Authorization", "Basic eA=="}};
  const auto seen = seen_by("HTTP/1.1 204 No Content\r\n\r\n", settings);
  EXPECT_THAT(seen.asked, HasSubstr("\r\nX-Api-Key: k\r\n"));
  EXPECT_THAT(seen.asked, HasSubstr("\r\nX-Api-Key: l\r\n"));
  EXPECT_THAT(seen.asked, HasSubstr("\r\nAuthorization: Basic eA==\r\n"));
  using field = further_field;
  for (const auto& bad : {field{"", "x"}, field{"a b", "x"}, field{"a:", "x"}, field{"Host", "x"},
                          field{"content-length", "1"}, field{"Connection", "x"},
                          field{"x", "a\r\nb: c"}, field{"x", std::string{"a\0b", 3}}}) {
    settings.headers = {bad};
    EXPECT_THROW(https_client{settings}, std::invalid_argument) << bad.name;
  }
}

TEST(further_fields, go_to_their_origins_only) {
  https_client_settings settings;
  settings.headers = {{"X-Everywhere", "a", {}, {}, {}},
                      {"Authorization", "secret", {}, {}, {"https://idp.example/realms/a"}}};
  const auto seen = seen_by("HTTP/1.1 204 No Content\r\n\r\n", settings);
  EXPECT_THAT(seen.asked, HasSubstr("X-Everywhere: a"));
  EXPECT_THAT(seen.asked, Not(HasSubstr("secret")));
}

TEST(further_fields, are_read_from_their_file_for_each_request) {
  const support::temporary_folder folder;
  https_client_settings settings;
  settings.headers = {{"Authorization", {}, folder.write("token", "one\n"), "Bearer ", {}}};
  const https_client client{settings};
  std::string asked;
  raw_server server{[&](raw_server::socket& peer) {
    asked = raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 204 No Content\r\n\r\n");
  }};
  const http::fetch_request wanted{"http://127.0.0.1:" + server.port() + "/", {}};
  ASSERT_TRUE(get(client, wanted).has_value());
  EXPECT_THAT(asked, HasSubstr("\r\nAuthorization: Bearer one\r\n"));
  folder.write("token", "two");
  ASSERT_TRUE(get(client, wanted).has_value());
  EXPECT_THAT(asked, HasSubstr("\r\nAuthorization: Bearer two\r\n"));
  folder.write("token", "");
  EXPECT_EQ(get(client, wanted).error(), errc::field_file);
  EXPECT_EQ(server.connections(), 2);
}

TEST(refuse_internal, never_connects_to_this_machine) {
  raw_server server{[](raw_server::socket&) {}};
  https_client_settings settings;
  settings.refuse_internal = true;
  const https_client client{settings};
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
    const auto got = get(client, {"https://" + host + ":" + server.port() + "/", {}});
    EXPECT_EQ(got.error(), errc::internal_address) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(errors, are_recognised_without_knowing_this_layer) {
  EXPECT_EQ(make_error_code(net::errc::timeout), boost::system::errc::timed_out);
  EXPECT_NE(make_error_code(net::errc::closed), boost::system::errc::timed_out);
}

}  // namespace
}  // namespace latchkey::client
