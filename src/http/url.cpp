#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace latchkey::http {
namespace {

namespace urls = boost::urls;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Boost.URL takes any number of digits and keeps the last sixteen bits of the number.
bool read_port(std::string_view digits, std::uint16_t& port) {
  const auto* first = digits.data();
  const auto* last = first + digits.size();
  const auto [rest, failure] = std::from_chars(first, last, port);
  return failure == std::errc{} && rest == last && port != 0;
}

// "127.1", "2130706433" and "0x7f000001" are names by the grammar and addresses to a resolver: they
// end in a number.
bool ends_in_a_number(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  auto label = name.substr(name.rfind('.') + 1);
  if (label.starts_with("0x") || label.starts_with("0X")) {
    label.remove_prefix(2);
    return label.find_first_not_of("0123456789abcdefABCDEF") == label.npos;
  }
  return std::all_of(label.begin(), label.end(), is_digit);
}

// The grammar allows far more in a name; no host has it.
bool is_host_name(std::string_view name) {
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return !name.empty() && name.front() != '.' && name.find("..") == name.npos &&
         std::all_of(name.begin(), name.end(), plain) && !ends_in_a_number(name);
}

bool read_host(const urls::url_view& parsed, url& to) {
  switch (parsed.host_type()) {
    case urls::host_type::ipv4:
      to.address = true;
      to.loopback = parsed.host_ipv4_address().is_loopback();
      return true;
    case urls::host_type::ipv6:
      to.address = true;
      to.loopback = parsed.host_ipv6_address().is_loopback();
      return true;
    case urls::host_type::name:
      to.loopback = to.host == "localhost";
      return is_host_name(to.host);
    default:
      return false;
  }
}

// What stands between `text`'s start and the first of `ends`; `text` keeps the rest.
std::string_view take_until(std::string_view& text, const char* ends) {
  const auto piece = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(piece.size());
  return piece;
}

}  // namespace

std::optional<url> parse_url(std::string_view text) {
  const auto parsed = urls::parse_uri({text.data(), text.size()});
  if (!parsed || !parsed->has_authority() || parsed->has_userinfo()) return std::nullopt;
  url to;
  auto rest = text;
  const auto scheme = take_until(rest, ":");
  to.secure = same_name(scheme, "https");
  if (!to.secure && !same_name(scheme, "http")) return std::nullopt;

  rest.remove_prefix(std::string_view{"://"}.size());
  to.authority = take_until(rest, "/?#");
  // Boost.URL 1.81 reads "127.0.0.1.example/x" as the host 127.0.0.1 with the path ".example/x".
  const auto seen = parsed->encoded_authority();
  if (to.authority != std::string_view{seen.data(), seen.size()}) return std::nullopt;
  const bool bracketed = to.authority.starts_with('[');
  auto place = to.authority;
  to.host = take_until(place, bracketed ? "]" : ":");
  if (bracketed && !place.empty()) {
    to.host.remove_prefix(1);
    place.remove_prefix(1);
  }
  if (!read_host(*parsed, to)) return std::nullopt;
  to.port = to.secure ? 443 : 80;
  if (!place.empty() && (place.front() != ':' || !read_port(place.substr(1), to.port))) {
    return std::nullopt;
  }

  to.path = take_until(rest, "?#");
  if (rest.find('#') != rest.npos) return std::nullopt;
  if (!rest.empty()) to.query = rest.substr(1);
  return to;
}

}  // namespace latchkey::http
