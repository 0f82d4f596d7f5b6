#include <latchkey/core/host_name.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace latchkey::http {
namespace {

namespace urls = boost::urls;

// Boost.URL takes any number of digits and keeps the last sixteen bits of the number.
bool read_port(std::string_view digits, std::uint16_t& port) {
  const auto* first = digits.data();
  const auto* last = first + digits.size();
  const auto [rest, failure] = std::from_chars(first, last, port);
  return failure == std::errc{} && rest == last && port != 0;
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
      return core::is_host_name(to.host);
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
