#include <latchkey/core/host_name.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace latchkey::core {
namespace {

using namespace std::string_view_literals;

TEST(is_host_name, takes_names) {
  for (const auto name :
       {"idp.example"sv, "IDP.Example."sv, "a"sv, "my_idp-1"sv, "3scale.example"sv, "1.2.3.4x"sv,
        "0xg"sv, "127.0.0.1.nip.example"sv, "xn--nxasmq6b"sv}) {
    EXPECT_TRUE(is_host_name(name)) << name;
  }
}

TEST(is_host_name, refuses_addresses_in_every_spelling) {
  for (const auto name : {"127.0.0.1"sv, "127.0.0.1."sv, "127.1"sv, "2130706433"sv, "0x7f000001"sv,
                          "0X7F000001"sv, "0177.0.0.1"sv, "017700000001"sv, "127.0.0.0x1"sv,
                          "0x7f.1."sv, "0x"sv, "a.0x"sv, "1.2.3.4.5"sv, "1.2.3.09"sv, "256.256"sv,
                          "a.example.7"sv, "99999999999999999999"sv, "::1"sv, "[::1]"sv}) {
    EXPECT_FALSE(is_host_name(name)) << name;
  }
}

TEST(is_host_name, refuses_what_readers_take_apart_differently) {
  for (const auto name : {""sv, "."sv, ".."sv, ".example"sv, "a..example"sv, "a.."sv, "a b"sv,
                          " a"sv, "a%2eexample"sv, "a/b"sv, "a\\b"sv, "a@b"sv, "a:80"sv, "a?b"sv,
                          "a#b"sv, "a\0.example"sv, "a\r\nb"sv, "\xE2\x91\xA0.example"sv}) {
    EXPECT_FALSE(is_host_name(name)) << name;
  }
}

}  // namespace
}  // namespace latchkey::core
