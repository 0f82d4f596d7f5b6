#include <latchkey/http1/response_writer.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::http1 {
namespace {

TEST(response_head, has_the_handlers_fields_and_the_sessions_framing) {
  auto answer = http::response::json(http::status::ok, "{}");
  answer.set("content-length", "999").set("connection", "keep-alive").set("x-a", "b");
  std::string out = "before ";
  append_head(out, answer, {true, 2, false}, "DATE");
  EXPECT_EQ(out,
            "before HTTP/1.1 200 OK\r\ndate: DATE\r\ncontent-type: application/json\r\nx-a: b\r\n"
            "content-length: 2\r\n\r\n");
}

TEST(response_head, frames_by_length_chunks_or_close) {
  const auto head = [](http::status code, response_framing framing) {
    std::string out;
    append_head(out, http::response{code}, framing, "D");
    return out;
  };
  EXPECT_EQ(head(http::status::ok, {true, std::nullopt, true}),
            "HTTP/1.1 200 OK\r\ndate: D\r\ntransfer-encoding: chunked\r\n\r\n");
  EXPECT_EQ(head(http::status::ok, {false, std::nullopt, false}),
            "HTTP/1.1 200 OK\r\ndate: D\r\nconnection: close\r\n\r\n");
  EXPECT_EQ(head(http::status::no_content, {true, 0, false}),
            "HTTP/1.1 204 No Content\r\ndate: D\r\n\r\n");
  EXPECT_EQ(head(http::status::ok, {true, 0, false, true}),
            "HTTP/1.1 200 OK\r\ndate: D\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head(http::status::ok, {false, 0, false, true}),
            "HTTP/1.1 200 OK\r\ndate: D\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

TEST(response_head, keeps_a_date_that_is_there_and_has_it_once) {
  http::response answer{http::status::ok};
  answer.add("x-a", "b").add("date", "Tue, 01 Jan 2030 00:00:00 GMT").add("date", "another");
  std::string out;
  append_head(out, answer, {true, 0, false}, "OURS");
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\ndate: Tue, 01 Jan 2030 00:00:00 GMT\r\nx-a: b\r\n"
            "content-length: 0\r\n\r\n");
}

TEST(response_head, of_a_status_without_a_body_has_no_framing) {
  for (const auto code : {http::status::no_content, http::status::not_modified}) {
    for (const bool chunked : {true, false}) {
      http::response answer{code};
      answer.set("transfer-encoding", "chunked").set("content-length", "7").set("etag", "x");
      std::string out;
      append_head(out, answer, {true, std::nullopt, chunked}, "D");
      EXPECT_EQ(out.substr(out.find("\r\n")), "\r\ndate: D\r\netag: x\r\n\r\n");
    }
  }
}

TEST(response_head, of_an_upgrade_says_so_and_has_no_length) {
  http::response answer{http::status::switching_protocols};
  answer.set("upgrade", "websocket");
  response_framing framing;
  framing.upgrade = true;
  std::string out;
  append_head(out, answer, framing, "D");
  EXPECT_EQ(out,
            "HTTP/1.1 101 Switching Protocols\r\ndate: D\r\nupgrade: websocket\r\n"
            "connection: upgrade\r\n\r\n");
}

TEST(response_head, of_an_interim_response_has_the_handlers_fields_only) {
  http::response hints{static_cast<http::status>(103)};
  hints.add("link", "</a>").add("link", "</b>").set("content-length", "5");
  std::string out;
  append_interim(out, hints);
  EXPECT_EQ(out, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nlink: </b>\r\n\r\n");
}

TEST(response_head, has_an_empty_phrase_for_a_status_without_one) {
  std::string out;
  append_head(out, http::response{static_cast<http::status>(299)}, {true, 0, false}, "D");
  EXPECT_EQ(out, "HTTP/1.1 299 \r\ndate: D\r\ncontent-length: 0\r\n\r\n");
}

TEST(date_text, is_in_the_form_of_http) {
  date_text date;
  EXPECT_EQ(date.at(core::wall_time{std::chrono::seconds{784111777}}),
            "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(core::wall_time{std::chrono::milliseconds{784111778500}}),
            "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace latchkey::http1
