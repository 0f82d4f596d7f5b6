#include "text_rules.hpp"

#include <latchkey/app/listen_name.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/forwarded.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/middleware/cors_policy.hpp>
#include <latchkey/middleware/token_bucket.hpp>
#include <latchkey/net/network.hpp>

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>

namespace latchkey::app::rule {
namespace {

namespace urls = boost::urls;

// Boost.URL takes any number of digits and keeps the last sixteen bits of the number.
bool is_port(std::string_view digits) {
  std::uint16_t value = 0;
  const auto* first = digits.data();
  const auto* last = first + digits.size();
  const auto [rest, failure] = std::from_chars(first, last, value);
  return failure == std::errc{} && rest == last;
}

bool is_one_of(std::span<const std::string_view> names, std::string_view text) {
  return std::any_of(names.begin(), names.end(),
                     [text](std::string_view name) { return http::same_name(name, text); });
}

}  // namespace

bool is_listen_address(std::string_view text) {
  if (listen_name(text)) return true;
  const auto parsed = urls::parse_authority(text);
  if (!parsed || parsed->has_userinfo() || !parsed->has_port()) return false;
  if (!is_port({parsed->port().data(), parsed->port().size()})) return false;
  return parsed->host_type() == urls::host_type::ipv4 ||
         parsed->host_type() == urls::host_type::ipv6;
}

bool is_secure_url(std::string_view text) {
  const auto parsed = http::parse_url(text);
  return parsed && http::is_secure(*parsed);
}

bool is_resource_identifier(std::string_view text) {
  const auto parsed = http::parse_url(text);
  if (!parsed || !http::is_secure(*parsed) || text.find('?') != text.npos) return false;
  const auto lower = [](std::string_view part) {
    return std::none_of(part.begin(), part.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  };
  const auto& authority = parsed->authority;
  const bool odd_port = authority.ends_with(parsed->secure ? ":443" : ":80") ||
                        authority.find(":0") != authority.npos;
  const bool dot = parsed->host.ends_with('.');
  if (!lower(text.substr(0, text.find(':'))) || !lower(authority) || odd_port || dot) return false;
  const auto path = parsed->path;
  if (path.empty() || path == "/") return true;
  const bool plain = path.find_first_of("{}*;%\"\\") == path.npos && !path.ends_with('/');
  return plain && !http::find_fault(path) && !edge::find_forwarding_fault(path);
}

bool is_host_name(std::string_view text) {
  const auto whole = "http://" + std::string{text};
  const auto parsed = http::parse_url(whole);
  return parsed && !parsed->address && parsed->host.size() == text.size();
}

bool is_web_url(std::string_view text) {
  return http::parse_url(text).has_value();
}

bool is_scope(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), core::is_control);
}

bool is_claim_path(std::string_view text) {
  return is_identifier(text) && std::count(text.begin(), text.end(), '.') <= 16;
}

bool is_proxy(std::string_view text) {
  return text == "none" || client::parse_proxy(text).has_value();
}

bool is_field_name(std::string_view text) {
  return http::is_token(text);
}

bool is_token_field(std::string_view text) {
  constexpr std::array<std::string_view, 13> taken = {"host",
                                                      "connection",
                                                      "keep-alive",
                                                      "content-length",
                                                      "transfer-encoding",
                                                      "te",
                                                      "trailer",
                                                      "upgrade",
                                                      "expect",
                                                      "content-type",
                                                      "origin",
                                                      "cookie",
                                                      "proxy-authorization"};
  return is_field_name(text) && !is_one_of(taken, text);
}

bool is_token_prefix(std::string_view text) {
  return !text.starts_with(' ') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_own_field(std::string_view text) {
  constexpr std::array<std::string_view, 10> taken = {
      "host",   "connection",      "content-length", "transfer-encoding", "te",
      "accept", "accept-encoding", "user-agent",     "if-none-match",     "upgrade"};
  return is_field_name(text) && !is_one_of(taken, text);
}

bool is_field_prefix(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return is_field_value(text);
}

bool is_field_value(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  return !text.empty() && !is_space(text.front()) && !is_space(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return (c > 0x20 && c < 0x7F) || is_space(c); });
}

bool is_page_origin(std::string_view text) {
  return text == "*" || middleware::parse_origin(text).has_value();
}

// In capitals, as all that have a name are: browsers compare them so.
bool is_method_name(std::string_view text) {
  return http::is_token(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_mcp_revision(std::string_view text) {
  if (text.size() != 10 || text < "2025-03-26") return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

bool is_rate(std::string_view text) {
  return middleware::parse_rate(text).has_value();
}

bool is_hsts(std::string_view text) {
  constexpr std::string_view begin = "max-age=";
  const auto first = http::take_element(text, ';');
  const auto digits = first.starts_with(begin) ? first.substr(begin.size()) : std::string_view{};
  if (digits.empty() || digits.size() > 10 ||
      digits.find_first_not_of("0123456789") != digits.npos) {
    return false;
  }
  bool below = false;
  bool preload = false;
  while (!text.empty()) {
    const auto more = http::take_element(text, ';');
    auto* const which = http::same_name(more, "includeSubDomains") ? &below
                        : http::same_name(more, "preload")         ? &preload
                                                                   : nullptr;
    if (which == nullptr || *which) return false;
    *which = true;
  }
  return true;
}

// Not one that says what a single answer is, how it is framed, or what has a key of its own.
bool is_answer_field(std::string_view text) {
  constexpr std::array<std::string_view, 28> taken = {"connection",
                                                      "keep-alive",
                                                      "proxy-connection",
                                                      "content-length",
                                                      "content-type",
                                                      "content-encoding",
                                                      "content-range",
                                                      "transfer-encoding",
                                                      "te",
                                                      "trailer",
                                                      "upgrade",
                                                      "date",
                                                      "location",
                                                      "etag",
                                                      "last-modified",
                                                      "set-cookie",
                                                      "www-authenticate",
                                                      "proxy-authenticate",
                                                      "retry-after",
                                                      "allow",
                                                      "vary",
                                                      "x-request-id",
                                                      "ratelimit",
                                                      "ratelimit-policy",
                                                      "strict-transport-security",
                                                      "x-content-type-options",
                                                      "x-frame-options",
                                                      "referrer-policy"};
  return is_field_name(text) && !core::to_lower(std::string{text}).starts_with("access-control-") &&
         !is_one_of(taken, text);
}

bool is_network(std::string_view text) {
  return net::network::parse(text).has_value();
}

bool is_upstream_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return http::is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  });
}

bool is_upstream_address(std::string_view text) {
  const auto parsed = http::parse_url(text);
  return parsed && (parsed->path.empty() || parsed->path == "/") && text.find('?') == text.npos;
}

bool is_balance(std::string_view text) {
  constexpr std::string_view by_hash = "hash:";
  return text == "least" ||
         (text.starts_with(by_hash) && is_claim_path(text.substr(by_hash.size())));
}

bool is_request_path(std::string_view text) {
  return text.starts_with('/') && http::parse_target(text).has_value();
}

bool is_sent_host(std::string_view text) {
  return edge::is_host_value(text);
}

}  // namespace latchkey::app::rule
