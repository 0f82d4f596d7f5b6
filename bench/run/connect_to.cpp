#include "run/connect_to.hpp"

#include "common/number.hpp"

#include <latchkey/http/request.hpp>

#include <array>
#include <stdexcept>

namespace latchkey::bench::run {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw std::invalid_argument{"\"" + std::string{text} +
                              "\": expected HOST:PORT:OTHER:PORT, as localhost:443:127.0.0.1:8443; "
                              "what is empty means any, or the URL's own; addresses of version 6 "
                              "stand in brackets"};
}

std::uint16_t port_of(std::string_view whole, std::string_view digits) {
  if (digits.empty()) return 0;
  const auto port = parse_number<std::uint16_t>(digits);
  if (port.value_or(0) == 0) refuse(whole);
  return *port;
}

// The next part, up to a colon outside brackets; without its brackets.
std::string_view take_part(std::string_view whole, std::string_view& rest) {
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == rest.npos) refuse(whole);
    const auto part = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (part.empty() || (!rest.empty() && rest.front() != ':')) refuse(whole);
    return part;
  }
  const auto part = rest.substr(0, rest.find(':'));
  rest.remove_prefix(part.size());
  return part;
}

}  // namespace

connect_to parse_connect_to(std::string_view text) {
  std::array<std::string_view, 4> parts;
  auto rest = text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) {
      if (rest.empty()) refuse(text);
      rest.remove_prefix(1);
    }
    parts.at(i) = take_part(text, rest);
  }
  if (!rest.empty()) refuse(text);
  connect_to made{std::string{parts[0]}, port_of(text, parts[1]), std::string{parts[2]},
                  port_of(text, parts[3])};
  if (made.other.empty() && made.other_port == 0) refuse(text);
  return made;
}

std::pair<std::string, std::uint16_t> place_to_connect(const std::vector<connect_to>& all,
                                                       std::string_view host, std::uint16_t port) {
  for (const auto& one : all) {
    if (!one.host.empty() && !http::same_name(one.host, host)) continue;
    if (one.port != 0 && one.port != port) continue;
    return {one.other.empty() ? std::string{host} : one.other,
            one.other_port == 0 ? port : one.other_port};
  }
  return {std::string{host}, port};
}

}  // namespace latchkey::bench::run
