#include "net/proxy_header.hpp"

#include "support/cases.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/proxy_header.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::net {
namespace {

using namespace std::string_literals;

// "10.0.0.1:80 > 10.0.0.2:443"
std::string shown(const proxied_route& route) {
  const auto text = [](const async::tcp::endpoint& one) {
    return one.address().to_string() + " " + std::to_string(one.port());
  };
  return text(route.source) + " > " + text(route.destination);
}

// What all of the bytes say, and that no part of them says anything else.
std::string verdict(const std::string& bytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto found = read_proxy_header({bytes.data(), size});
    if (found.has_error()) return found.error().message();
    if (*found) return "whole after " + std::to_string(size) + " bytes";
  }
  const auto found = read_proxy_header(bytes);
  if (found.has_error()) return found.error().message();
  if (!*found) return "more";
  const auto& header = **found;
  if (header.size != bytes.size()) return "of another size";
  const auto behind = read_proxy_header(bytes + "\r\n\x16\x03\x01");
  if (behind.has_error() || *behind != header) return "what follows changes it";
  return header.route ? shown(*header.route) : "nobody";
}

struct one_header {
  const char* name;
  std::string bytes;
  std::string expected;
};

class proxy_header_of : public testing::TestWithParam<one_header> {};

TEST_P(proxy_header_of, says_whose_the_connection_is) {
  EXPECT_EQ(verdict(GetParam().bytes), GetParam().expected);
}

const std::string mark{"\r\n\r\n\0\r\nQUIT\n", 12};

// With the length of what follows.
std::string binary(const std::string& command_and_family, const std::string& rest) {
  return mark + command_and_family + static_cast<char>(rest.size() >> 8U) +
         static_cast<char>(rest.size() & 0xFFU) + rest;
}

const std::string v4_pair = "\xC0\0\2\1\xC6\x33\x64\2\x1F\x90\x01\xBB"s;
const std::string v6_pair =
    "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1"
    "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2\x1F\x90\x01\xBB"s;
const std::string v4 = "\x21\x11"s;

std::string item(char type, const std::string& value) {
  return ""s + type + static_cast<char>(value.size() >> 8U) +
         static_cast<char>(value.size() & 0xFFU) + value;
}

// With the checksum of the whole, which stands between `before` and `after`.
std::string with_checksum(const std::string& before, const std::string& after) {
  auto whole = binary(v4, v4_pair + before + item('\3', std::string(4, '\0')) + after);
  const auto sum = proxy_protocol::crc32c(whole);
  const auto at = 16 + v4_pair.size() + before.size() + 3;
  for (unsigned i = 0; i < 4; ++i) whole[at + i] = static_cast<char>(sum >> (24 - 8 * i) & 0xFFU);
  return whole;
}

std::string changed(std::string whole, std::size_t at) {
  whole[at] = static_cast<char>(whole[at] ^ 1);
  return whole;
}

const char* const v4_text = "192.0.2.1 8080 > 198.51.100.2 443";
const char* const v6_text = "2001:db8::1 8080 > 2001:db8::2 443";

const one_header lines[] = {
    {"v4", "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n", v4_text},
    {"v6", "PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 8080 443\r\n", v6_text},
    {"ports_at_their_ends", "PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n",
     "0.0.0.0 0 > 255.255.255.255 65535"},
    {"unknown", "PROXY UNKNOWN\r\n", "nobody"},
    {"unknown_and_more", "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535 and  so on\r\n",
     "nobody"},
    {"longest",
     "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
     "nobody"},
    {"too_long", "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "proxy_header_too_large"},
    {"without_an_end", "PROXY UNKNOWN " + std::string(200, 'x'), "proxy_header_too_large"},
    {"not_whole", "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r", "more"},
    {"line_feed_alone", "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\n", "proxy_header_invalid"},
    {"return_alone", "PROXY UNKNOWN\rx\n", "proxy_header_invalid"},
    {"lower_case", "proxy TCP4 192.0.2.1 198.51.100.2 8080 443\r\n", "proxy_header_missing"},
    {"family_in_lower_case", "PROXY tcp4 192.0.2.1 198.51.100.2 8080 443\r\n",
     "proxy_header_invalid"},
    {"datagrams", "PROXY UDP4 192.0.2.1 198.51.100.2 8080 443\r\n", "proxy_header_invalid"},
    {"no_family", "PROXY \r\n", "proxy_header_invalid"},
    {"family_alone", "PROXY TCP4\r\n", "proxy_header_invalid"},
    {"unknown_longer", "PROXY UNKNOWNS\r\n", "proxy_header_invalid"},
    {"two_spaces", "PROXY  TCP4 192.0.2.1 198.51.100.2 8080 443\r\n", "proxy_header_invalid"},
    {"two_spaces_within", "PROXY TCP4 192.0.2.1  198.51.100.2 8080 443\r\n",
     "proxy_header_invalid"},
    {"tab", "PROXY TCP4 192.0.2.1\t198.51.100.2 8080 443\r\n", "proxy_header_invalid"},
    {"space_at_the_end", "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443 \r\n", "proxy_header_invalid"},
    {"port_missing", "PROXY TCP4 192.0.2.1 198.51.100.2 8080\r\n", "proxy_header_invalid"},
    {"port_too_many", "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443 1\r\n", "proxy_header_invalid"},
    {"port_out_of_range", "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
     "proxy_header_invalid"},
    {"port_with_a_zero", "PROXY TCP4 192.0.2.1 198.51.100.2 08080 443\r\n", "proxy_header_invalid"},
    {"port_with_a_sign", "PROXY TCP4 192.0.2.1 198.51.100.2 +8080 443\r\n", "proxy_header_invalid"},
    {"address_with_a_zero", "PROXY TCP4 192.0.2.01 198.51.100.2 8080 443\r\n",
     "proxy_header_invalid"},
    {"address_in_hex", "PROXY TCP4 0xc0.0.2.1 198.51.100.2 8080 443\r\n", "proxy_header_invalid"},
    {"short_address", "PROXY TCP4 192.2 198.51.100.2 8080 443\r\n", "proxy_header_invalid"},
    {"v6_as_v4", "PROXY TCP4 2001:db8::1 2001:db8::2 8080 443\r\n", "proxy_header_invalid"},
    {"v4_as_v6", "PROXY TCP6 192.0.2.1 198.51.100.2 8080 443\r\n", "proxy_header_invalid"},
    {"zone", "PROXY TCP6 fe80::1%lo 2001:db8::2 8080 443\r\n", "proxy_header_invalid"},
    {"name", "PROXY TCP4 localhost 198.51.100.2 8080 443\r\n", "proxy_header_invalid"},
    {"zero_byte", "PROXY TCP4 192.0.2.1\0 198.51.100.2 8080 443\r\n"s, "proxy_header_invalid"},
    {"a_client_hello", "\x16\x03\x01\x02"s, "proxy_header_missing"},
    {"a_request", "GET / HTTP/1.1\r\n", "proxy_header_missing"},
    {"a_post", "POST / HTTP/1.1\r\n", "proxy_header_missing"},
    {"nothing", "", "more"},
};

const one_header binaries[] = {
    {"v4", binary(v4, v4_pair), v4_text},
    {"v6", binary("\x21\x21"s, v6_pair), v6_text},
    {"local", binary("\x20\0"s, ""), "nobody"},
    {"local_with_what_is_passed_over", binary("\x20\x11"s, "any bytes"), "nobody"},
    {"unspecified", binary("\x21\0"s, "any bytes"), "nobody"},
    {"unix", binary("\x21\x31"s, std::string(216, 'x')), "nobody"},
    {"short_unix", binary("\x21\x31"s, std::string(215, 'x')), "proxy_header_invalid"},
    {"with_items", binary(v4, v4_pair + item('\2', "a.example") + item('\4', "")), v4_text},
    {"with_a_checksum", with_checksum(item('\2', "a.example"), item('\5', "id")), v4_text},
    {"with_a_checksum_alone", with_checksum("", ""), v4_text},
    {"changed_under_its_checksum", changed(with_checksum(item('\2', "a.example"), ""), 19),
     "proxy_header_invalid"},
    {"checksum_changed", changed(with_checksum("", item('\5', "id")), 16 + 12 + 4),
     "proxy_header_invalid"},
    {"short_checksum", binary(v4, v4_pair + item('\3', "abc")), "proxy_header_invalid"},
    {"two_checksums", with_checksum("", item('\3', "abcd")), "proxy_header_invalid"},
    {"half_an_item", binary(v4, v4_pair + "\2\0"), "proxy_header_invalid"},
    {"item_beyond_the_end", binary(v4, v4_pair + "\2\0\5abcd"s), "proxy_header_invalid"},
    {"short_v4", binary(v4, v4_pair.substr(1)), "proxy_header_invalid"},
    {"short_v6", binary("\x21\x21"s, v4_pair), "proxy_header_invalid"},
    {"datagrams", binary("\x21\x12"s, v4_pair), "proxy_header_invalid"},
    {"unknown_family", binary("\x21\x41"s, v4_pair), "proxy_header_invalid"},
    {"unspecified_transport", binary("\x21\x10"s, v4_pair), "proxy_header_invalid"},
    {"version_1", binary("\x11\x11"s, v4_pair), "proxy_header_invalid"},
    {"version_3", binary("\x31\x11"s, v4_pair), "proxy_header_invalid"},
    {"unknown_command", binary("\x22\x11"s, v4_pair), "proxy_header_invalid"},
    {"largest", binary("\x20\0"s, std::string(max_proxy_header - 16, 'x')), "nobody"},
    {"too_large", binary("\x20\0"s, std::string(max_proxy_header - 15, 'x')),
     "proxy_header_too_large"},
    {"other_mark", "\r\n\r\nx", "proxy_header_missing"},
    {"not_whole", binary(v4, v4_pair).substr(0, 27), "more"},
};

INSTANTIATE_TEST_SUITE_P(line, proxy_header_of, testing::ValuesIn(lines), support::case_name);
INSTANTIATE_TEST_SUITE_P(binary, proxy_header_of, testing::ValuesIn(binaries), support::case_name);

TEST(proxy_header, is_refused_by_what_it_says_before_it_is_there) {
  const auto large = binary("\x20\0"s, std::string(0xFFFF, 'x')).substr(0, 16);
  EXPECT_EQ(read_proxy_header(large).error(), errc::proxy_header_too_large);
  EXPECT_EQ(read_proxy_header(mark + '\x31').error(), errc::proxy_header_invalid);
}

TEST(proxy_header, has_the_usual_checksum) {
  EXPECT_EQ(proxy_protocol::crc32c("123456789"), 0xE3069283U) << "RFC 3720";
  EXPECT_EQ(proxy_protocol::crc32c("6789", proxy_protocol::crc32c("12345")), 0xE3069283U);
}

proxied_route route(const char* source, const char* destination) {
  return {{boost::asio::ip::make_address(source), 8080},
          {boost::asio::ip::make_address(destination), 443}};
}

TEST(proxy_header, is_read_as_it_was_made) {
  struct {
    const char* source;
    const char* destination;
    const char* expected;
  } const cases[] = {
      {"192.0.2.1", "198.51.100.2", v4_text},
      {"2001:db8::1", "2001:db8::2", v6_text},
      {"::ffff:192.0.2.1", "198.51.100.2", v4_text},
      {"192.0.2.1", "2001:db8::2", "::ffff:192.0.2.1 8080 > 2001:db8::2 443"},
      {"fe80::1%1", "2001:db8::2", "fe80::1 8080 > 2001:db8::2 443"},
  };
  for (const auto& [source, destination, expected] : cases) {
    const proxy_facts of{route(source, destination), "a.example", "TLSv1.3", "TLS_AES"};
    EXPECT_EQ(verdict(make_proxy_header(proxy_version::v1, of)), expected);
    EXPECT_EQ(verdict(make_proxy_header(proxy_version::v2, of)), expected);
    EXPECT_EQ(verdict(make_proxy_header(proxy_version::v2, {of.route})), expected);
  }
  EXPECT_EQ(make_proxy_header(proxy_version::v1, {}), "PROXY UNKNOWN\r\n");
  EXPECT_EQ(make_proxy_header(proxy_version::v2, {}), binary("\x20\0"s, ""));
}

TEST(proxy_header, tells_of_names_and_tls) {
  const proxy_facts of{route("192.0.2.1", "198.51.100.2"), "a.example", "TLSv1.3", "TLS_AES"};
  const auto tls = "\1\0\0\0\1"s + item('\x21', "TLSv1.3") + item('\x23', "TLS_AES");
  EXPECT_EQ(make_proxy_header(proxy_version::v2, of),
            binary(v4, v4_pair + item('\2', "a.example") + item('\x20', tls)));
  auto plain = of;
  plain.tls_version = {};
  const std::string long_name(256, 'a');
  plain.authority = long_name;
  EXPECT_EQ(make_proxy_header(proxy_version::v2, plain), binary(v4, v4_pair));
}

}  // namespace
}  // namespace latchkey::net
