#include "net/tls_preface.hpp"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::net {
namespace {

std::string record(const std::string& content, char type = 22) {
  return std::string{type, 3, 1, static_cast<char>(content.size() >> 8U),
                     static_cast<char>(content.size() & 0xFFU)} +
         content;
}

std::string hello(std::size_t size) {
  return std::string{1, static_cast<char>(size >> 16U), static_cast<char>(size >> 8U & 0xFFU),
                     static_cast<char>(size & 0xFFU)} +
         std::string(size, 'x');
}

// One record for each so many bytes.
std::string in_pieces(const std::string& message, std::size_t piece) {
  std::string all;
  for (std::size_t at = 0; at < message.size(); at += piece) {
    all += record(message.substr(at, piece));
  }
  return all;
}

// The verdict on all of it, which must be `more` on every part before.
tls_preface verdict(const std::string& bytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto found = preface_of({bytes.data(), size});
    if (found != tls_preface::more) return found;
  }
  return preface_of(bytes);
}

TEST(tls_preface, waits_for_a_whole_client_hello) {
  const auto whole = record(hello(300));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_EQ(preface_of({whole.data(), size}), tls_preface::more) << size;
  }
  EXPECT_EQ(preface_of(whole), tls_preface::client_hello);
  EXPECT_EQ(preface_of(whole + "early data"), tls_preface::client_hello);
  EXPECT_EQ(verdict(in_pieces(hello(300), 100)), tls_preface::client_hello);
  EXPECT_EQ(verdict(in_pieces(hello(20), 1)), tls_preface::client_hello) << "its header, too";
  EXPECT_EQ(preface_of(in_pieces(hello(300), 200)), tls_preface::client_hello);
}

TEST(tls_preface, bounds_a_client_hello) {
  EXPECT_EQ(verdict(in_pieces(hello(max_hello - 4), 16'000)), tls_preface::client_hello);
  EXPECT_EQ(preface_of(record(hello(max_hello - 3).substr(0, 50))), tls_preface::too_large)
      << "by what it says, before it is there";
  EXPECT_EQ(preface_of(record(std::string("\1\xFF\xFF\xFF", 4))), tls_preface::too_large);
  EXPECT_EQ(verdict(in_pieces(hello(100), 1)), tls_preface::too_many_pieces);
}

TEST(tls_preface, refuses_what_only_begins_like_one) {
  EXPECT_EQ(verdict(record("")), tls_preface::other) << "empty records could go on for ever";
  EXPECT_EQ(verdict(std::string("\x16\x03\x01\x40\x01", 5)), tls_preface::other);
  EXPECT_EQ(verdict(std::string("\x16\x02", 2)), tls_preface::other);
  EXPECT_EQ(verdict(record("\2")), tls_preface::other) << "a ServerHello";
  EXPECT_EQ(verdict(record("\1") + record("", 20)), tls_preface::other);
  EXPECT_EQ(verdict(record("\2\50", 21)), tls_preface::other) << "an alert";
  EXPECT_EQ(verdict(std::string("\x80\x2E\x01\x00\x02", 5)), tls_preface::old_tls);
  EXPECT_EQ(verdict(std::string("\x80\x2E\x07", 3)), tls_preface::other);
}

TEST(tls_preface, knows_plain_http) {
  for (const std::string text :
       {"GET / HTTP/1.1\r\n", "POST /a", "OPTIONS * HTTP/1.1", "HEAD http://a/", "CONNECT a:443",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "VERSION-CONTROL /", "\r\nGET /", "PROPFIND /"}) {
    EXPECT_EQ(verdict(text), tls_preface::plain_http) << text;
  }
  for (const std::string text : {"", "G", "GET", "GET ", "\r", "\r\n", "\r\nGET ", "CONNECT "}) {
    EXPECT_EQ(verdict(text), tls_preface::more) << text;
  }
  for (const std::string text : {"get / ", "GET\t/", "SSH-2.0-OpenSSH_9.2p1 Debian", "EHLO mail",
                                 "GET  /", "\n", "\r\n\r\nG", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}) {
    EXPECT_EQ(verdict(text), tls_preface::other) << text;
  }
}

TEST(tls_preface, knows_the_proxy_protocol) {
  EXPECT_EQ(verdict("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"), tls_preface::proxy_header);
  EXPECT_EQ(verdict(std::string("\r\n\r\n\0\r\nQUIT\n!", 13)), tls_preface::proxy_header);
  EXPECT_EQ(verdict("PROXY"), tls_preface::more);
  EXPECT_EQ(verdict("\r\n\r\n"), tls_preface::more);
}

}  // namespace
}  // namespace latchkey::net
