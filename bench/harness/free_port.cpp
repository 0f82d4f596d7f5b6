#include "harness/free_port.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

namespace latchkey::bench::harness {
namespace {

constexpr std::uint16_t lowest = 10'000;
constexpr std::uint16_t highest = 65'535;
constexpr unsigned enough = 1'000;  // ports to choose from
constexpr unsigned max_tries = 1'000;

// The number that the text begins with, which is taken off it; 0 if there is none.
unsigned take_number(std::string_view& text) {
  const auto from = std::min(text.find_first_not_of(" \t\n"), text.size());
  text.remove_prefix(from);
  unsigned value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return value;
}

bool is_free(async::asio::io_context& context, std::uint16_t port) {
  const async::tcp::endpoint where{async::asio::ip::address_v4::loopback(), port};
  async::tcp_acceptor probe{context.get_executor()};
  core::error_code error;
  probe.open(where.protocol(), error);
  if (!error) probe.bind(where, error);
  return !error;
}

}  // namespace

port_range quiet_ports(std::string_view local_port_range) {
  constexpr port_range all{lowest, highest};
  const auto first = take_number(local_port_range);
  const auto last = take_number(local_port_range);
  if (first == 0 || last < first || last > highest) return all;
  const auto below = first > lowest ? first - lowest : 0;
  const auto from_above = std::max<unsigned>(last + 1, lowest);
  const auto above = highest >= from_above ? highest - from_above + 1 : 0;
  if (std::max(below, above) < enough) return all;
  return below >= above ? port_range{lowest, static_cast<std::uint16_t>(first - 1)}
                        : port_range{static_cast<std::uint16_t>(from_above), highest};
}

std::uint16_t free_port() {
  std::ifstream file{"/proc/sys/net/ipv4/ip_local_port_range"};
  std::string text;
  std::getline(file, text);
  const auto among = quiet_ports(text);
  std::random_device random;
  std::uniform_int_distribution<unsigned> any{among.first, among.last};
  async::asio::io_context context{1};
  for (unsigned i = 0; i < max_tries; ++i) {
    const auto port = static_cast<std::uint16_t>(any(random));
    if (is_free(context, port)) return port;
  }
  throw std::runtime_error{"no port of 127.0.0.1 is free"};
}

}  // namespace latchkey::bench::harness
