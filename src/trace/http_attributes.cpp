#include <latchkey/trace/http_attributes.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace latchkey::trace {
namespace {

constexpr std::size_t max_method_bytes = 64;
constexpr std::size_t max_host_bytes = 255;

bool is_known(std::string_view method) {
  static constexpr std::string_view known[] = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS",
                                               "PATCH",   "POST",   "PUT", "TRACE"};
  return std::find(std::begin(known), std::end(known), method) != std::end(known);
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= max_host_bytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view{".-_:"}.find(c) != std::string_view::npos;
         });
}

// Nothing where it is none.
std::optional<unsigned> read_port(std::string_view text) {
  unsigned port = 0;
  const auto* last = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), last, port);
  if (failure != std::errc{} || rest != last || port == 0 || port > 65535) return std::nullopt;
  return port;
}

}  // namespace

void add_method(span& to, std::string_view method) {
  to.add("http.request.method", is_known(method) ? method : "_OTHER");
  if (!is_known(method)) to.add("http.request.method_original", method, max_method_bytes);
}

std::string_view name_of_method(std::string_view method) {
  return is_known(method) ? method : "HTTP";
}

void add_server(span& to, std::string_view authority, bool secure) {
  auto host = authority;
  std::string_view behind;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == authority.npos) return;
    host = authority.substr(1, end - 1);
    behind = authority.substr(end + 1);
  } else {
    host = authority.substr(0, authority.find(':'));
    behind = authority.substr(host.size());
  }
  const auto port = behind.empty()            ? std::optional<unsigned>{secure ? 443 : 80}
                    : behind.starts_with(':') ? read_port(behind.substr(1))
                                              : std::nullopt;
  if (!is_host(host) || !port) return;
  to.add("server.address", host);
  to.add_number("server.port", *port);
}

void add_status(span& to, unsigned status, unsigned failed_from, std::string_view why) {
  if (status == 0) return;
  to.add_number("http.response.status_code", status);
  if (status < failed_from) return;
  to.failed = true;
  const auto digits = std::to_string(status);
  to.add("error.type", why.empty() ? std::string_view{digits} : why);
}

}  // namespace latchkey::trace
