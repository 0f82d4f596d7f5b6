#include "proxy_header.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/proxy_header.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace latchkey::net {
namespace {

using namespace proxy_protocol;
namespace ip = boost::asio::ip;

using outcome = core::result<std::optional<proxy_header>>;

std::size_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::size_t two_bytes(std::string_view bytes, std::size_t at) {
  return byte(bytes, at) << 8U | byte(bytes, at + 1);
}

// Whether `bytes` starts with `mark`, as far as both go.
bool agrees(std::string_view bytes, std::string_view mark) {
  const auto size = std::min(bytes.size(), mark.size());
  return bytes.substr(0, size) == mark.substr(0, size);
}

// Up to the next space, which is taken, too, or all of it.
std::string_view take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const last = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), last, port);
  if (failure != std::errc{} || rest != last) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return port;
}

// inet_pton takes no other spelling than the usual ones, but for a zone.
std::optional<ip::address> address_of(std::string_view text, bool v6) {
  core::error_code error;
  if (text.find_first_of(std::string_view{"%\0", 2}) != text.npos) return std::nullopt;
  const std::string whole{text};
  const auto address = v6 ? ip::address{ip::make_address_v6(whole, error)}
                          : ip::address{ip::make_address_v4(whole, error)};
  if (error) return std::nullopt;
  return address;
}

// " SOURCE DESTINATION PORT PORT" without the first space.
std::optional<proxied_route> route_of(std::string_view line, bool v6) {
  if (std::count(line.begin(), line.end(), ' ') != 3) return std::nullopt;
  const auto source = address_of(take_word(line), v6);
  const auto destination = address_of(take_word(line), v6);
  const auto source_port = port_of(take_word(line));
  const auto destination_port = port_of(take_word(line));
  if (!source || !destination || !source_port || !destination_port) return std::nullopt;
  return proxied_route{{*source, *source_port}, {*destination, *destination_port}};
}

outcome read_line(std::string_view bytes) {
  const auto end = bytes.find_first_of("\r\n");
  if (end == bytes.npos || end + 1 == bytes.size()) {
    if (end != bytes.npos && bytes[end] == '\n') return errc::proxy_header_invalid;
    if (bytes.size() >= max_proxy_line) return errc::proxy_header_too_large;
    return std::optional<proxy_header>{};
  }
  if (bytes.substr(end, 2) != "\r\n") return errc::proxy_header_invalid;
  const auto size = end + 2;
  if (size > max_proxy_line) return errc::proxy_header_too_large;
  auto line = bytes.substr(0, end);
  take_word(line);  // "PROXY"
  const auto rest = line;
  const auto family = take_word(line);
  // Whatever else the line says then is to be passed over.
  if (family == "UNKNOWN") return std::optional{proxy_header{size, {}}};
  if (family != "TCP4" && family != "TCP6") return errc::proxy_header_invalid;
  if (rest.size() <= family.size()) return errc::proxy_header_invalid;
  auto route = route_of(line, family == "TCP6");
  if (!route) return errc::proxy_header_invalid;
  return std::optional{proxy_header{size, std::move(route)}};
}

// Of the bytes behind the fixed ones: both addresses, then both ports.
template <class Address>
proxied_route route_of_bytes(std::string_view bytes) {
  typename Address::bytes_type source{};
  typename Address::bytes_type destination{};
  const auto size = source.size();
  for (std::size_t i = 0; i < size; ++i) {
    source[i] = static_cast<unsigned char>(bytes[i]);
    destination[i] = static_cast<unsigned char>(bytes[size + i]);
  }
  const auto port = [&](std::size_t at) {
    return static_cast<std::uint16_t>(two_bytes(bytes, 2 * size + at));
  };
  return {{Address{source}, port(0)}, {Address{destination}, port(2)}};
}

// What follows the addresses, each a type, a length and so many bytes. `from`: where it begins in
// the whole header.
bool are_sound(std::string_view whole, std::size_t from) {
  bool checked = false;
  for (auto at = from; at < whole.size();) {
    if (whole.size() - at < 3) return false;
    const auto size = two_bytes(whole, at + 1);
    if (whole.size() - at - 3 < size) return false;
    if (byte(whole, at) == type_crc32c) {
      if (size != 4 || checked) return false;
      checked = true;
      // Of the whole header with zeros in its own place.
      constexpr std::string_view zeros{"\0\0\0\0", 4};
      const auto before = crc32c(zeros, crc32c(whole.substr(0, at + 3)));
      const auto found = crc32c(whole.substr(at + 7), before);
      if (found != (two_bytes(whole, at + 3) << 16U | two_bytes(whole, at + 5))) return false;
    }
    at += 3 + size;
  }
  return true;
}

// How many bytes the addresses of a family and transport have; nothing for what a TCP connection
// cannot be.
std::optional<std::size_t> address_size(std::size_t family) {
  constexpr std::size_t unix_stream = 0x31;
  if (family == 0) return 0;
  if (family == tcp_over_v4) return 12;
  if (family == tcp_over_v6) return 36;
  if (family == unix_stream) return 216;
  return std::nullopt;
}

outcome read_binary(std::string_view bytes) {
  if (bytes.size() > 12 && byte(bytes, 12) != local_command && byte(bytes, 12) != proxy_command) {
    return errc::proxy_header_invalid;
  }
  if (bytes.size() < fixed_size) return std::optional<proxy_header>{};
  const auto size = fixed_size + two_bytes(bytes, 14);
  if (size > max_proxy_header) return errc::proxy_header_too_large;
  if (bytes.size() < size) return std::optional<proxy_header>{};
  bytes = bytes.substr(0, size);
  proxy_header made{size, {}};
  // What a proxy attaches to its own connection is to be passed over.
  if (byte(bytes, 12) == local_command) return std::optional{std::move(made)};
  const auto family = byte(bytes, 13);
  const auto addresses = address_size(family);
  if (!addresses || size < fixed_size + *addresses) return errc::proxy_header_invalid;
  if (family != 0 && !are_sound(bytes, fixed_size + *addresses)) return errc::proxy_header_invalid;
  const auto rest = bytes.substr(fixed_size);
  if (family == tcp_over_v4) made.route = route_of_bytes<ip::address_v4>(rest);
  if (family == tcp_over_v6) made.route = route_of_bytes<ip::address_v6>(rest);
  return std::optional{std::move(made)};
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> made{};
  for (std::uint32_t i = 0; i < made.size(); ++i) {
    auto value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1U ^ (value % 2 == 1 ? 0x82F63B78U : 0U);
    made.at(i) = value;
  }
  return made;
}();

}  // namespace

std::uint32_t proxy_protocol::crc32c(std::string_view bytes, std::uint32_t before) {
  auto value = ~before;
  for (const char c : bytes) {
    value = value >> 8U ^ crc_table.at((value ^ static_cast<unsigned char>(c)) & 0xFFU);
  }
  return ~value;
}

core::result<std::optional<proxy_header>> read_proxy_header(std::string_view bytes) {
  constexpr std::string_view word = "PROXY ";
  if (bytes.empty()) return std::optional<proxy_header>{};
  if (agrees(bytes, word)) return read_line(bytes);
  if (agrees(bytes, signature)) return read_binary(bytes);
  return errc::proxy_header_missing;
}

}  // namespace latchkey::net
