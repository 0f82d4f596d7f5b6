#include "config_rules.hpp"

#include "config_text.hpp"

#include <latchkey/app/listen_name.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/forwarded.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/middleware/cors_policy.hpp>
#include <latchkey/middleware/token_bucket.hpp>
#include <latchkey/net/network.hpp>
#include <latchkey/store/settings.hpp>

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <variant>

namespace latchkey::app::rule {
namespace {

namespace urls = boost::urls;
using std::chrono::milliseconds;

// Boost.URL takes any number of digits and keeps the last sixteen bits of the number.
bool is_port(std::string_view digits) {
  std::uint16_t value = 0;
  const auto* first = digits.data();
  const auto* last = first + digits.size();
  const auto [rest, failure] = std::from_chars(first, last, value);
  return failure == std::errc{} && rest == last;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

std::optional<std::string> text::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value) return std::nullopt;
  if (value->get().empty()) {
    if (may_be_empty) return std::string{};
    return std::nullopt;
  }
  if (accepts && !accepts(value->get())) return std::nullopt;
  return value->get();
}

std::string text::noun(bool several) const {
  std::string name{called};
  if (several) name += name.ends_with('s') ? "es" : "s";
  return name;
}

std::string text::write(const std::string& value) const {
  return toml_string(value);
}

std::optional<std::filesystem::path> path::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value || (value->get().empty() && !may_be_empty)) return std::nullopt;
  if (std::any_of(value->get().begin(), value->get().end(), is_control)) return std::nullopt;
  return std::filesystem::path{value->get()};
}

std::string path::write(const std::filesystem::path& value) const {
  return toml_string(value.string());
}

std::optional<std::string> store_address::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value || (!value->get().empty() && !store::is_store(value->get()))) return std::nullopt;
  return value->get();
}

std::string store_address::write(const std::string& value) const {
  return toml_string(value);
}

bool store_address::hides(const std::string& value) const {
  return store::has_password(value);
}

std::string number::expected() const {
  if (ends_only) return std::to_string(low) + " or " + std::to_string(high);
  return "an integer from " + std::to_string(low) + " to " + std::to_string(high);
}

std::string number::noun(bool several) const {
  if (ends_only) return expected();
  return (several ? "integers, " : "integer, ") + std::to_string(low) + " to " +
         std::to_string(high);
}

std::optional<std::size_t> number::read(const toml::node& node) const {
  const auto* value = node.as_integer();
  if (!value || value->get() < low || value->get() > high) return std::nullopt;
  if (ends_only && value->get() != low && value->get() != high) return std::nullopt;
  return static_cast<std::size_t>(value->get());
}

std::optional<double> fraction::read(const toml::node& node) const {
  const auto value = node.value<double>();
  if (!node.is_number() || !value || !(*value >= 0 && *value <= 1)) return std::nullopt;
  return value;
}

// The shortest text without an exponent that is read as the same value.
std::string fraction::write(double value) const {
  std::array<char, 400> text;
  auto* const begin = text.data();
  const auto* end = std::to_chars(begin, begin + text.size(), value, std::chars_format::fixed).ptr;
  return {begin, static_cast<std::size_t>(end - begin)};
}

std::string percent::expected() const {
  return number{{}, low, high}.expected();
}

std::string percent::noun(bool several) const {
  return number{{}, low, high}.noun(several);
}

std::optional<double> percent::read(const toml::node& node) const {
  const auto whole = number{{}, low, high}.read(node);
  if (!whole) return std::nullopt;
  return static_cast<double>(*whole) / 100;
}

std::string percent::write(double value) const {
  return std::to_string(std::lround(100 * value));
}

std::optional<bool> flag::read(const toml::node& node) const {
  const auto* value = node.as_boolean();
  if (!value) return std::nullopt;
  return value->get();
}

std::optional<jose::claim_value> scalar::read(const toml::node& node) const {
  if (const auto* text = node.as_string()) {
    if (!is_identifier(text->get())) return std::nullopt;
    return text->get();
  }
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  const auto* real = node.as_floating_point();
  if (!real || !std::isfinite(real->get())) return std::nullopt;
  return real->get();
}

std::string scalar::write(const jose::claim_value& value) const {
  if (const auto* text = std::get_if<std::string>(&value)) return toml_string(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  // The shortest text that is read as the same number.
  std::array<char, 32> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), std::get<double>(value));
  std::string text{room.data(), end.ptr};
  // Without one of these it would be an integer.
  return text.find_first_of(".e") == text.npos ? text + ".0" : text;
}

std::string duration::expected() const {
  return "a duration from \"" + duration_text(low) + "\" to \"" + duration_text(high) + "\", " +
         (step.count() == 1 ? "written with ms, s, m or h" : "in whole seconds (s, m or h)");
}

std::string duration::noun(bool several) const {
  return (several ? "durations, " : "duration, ") + duration_text(low) + " to " +
         duration_text(high);
}

std::optional<std::chrono::milliseconds> duration::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value) return std::nullopt;
  const auto parsed = parse_duration(value->get());
  if (!parsed || *parsed < low || *parsed > high || *parsed % step != milliseconds{0})
    return std::nullopt;
  return parsed;
}

std::string duration::write(core::steady_duration value) const {
  return '"' + duration_text(std::chrono::duration_cast<milliseconds>(value)) + '"';
}

std::string list_expected(std::string_view each, std::size_t min_items) {
  return std::string{min_items > 0 ? "an array of one or more, each " : "an array, each "} +
         std::string{each};
}

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
  const bool usual_port = parsed->authority.ends_with(parsed->secure ? ":443" : ":80");
  if (!lower(text.substr(0, text.find(':'))) || !lower(parsed->authority) || usual_port) {
    return false;
  }
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
  return !text.empty() && std::none_of(text.begin(), text.end(), is_control);
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
  return is_field_name(text) &&
         std::none_of(taken.begin(), taken.end(),
                      [text](std::string_view name) { return http::same_name(name, text); });
}

bool is_token_prefix(std::string_view text) {
  return !text.starts_with(' ') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_own_field(std::string_view text) {
  constexpr std::array<std::string_view, 10> taken = {
      "host",   "connection",      "content-length", "transfer-encoding", "te",
      "accept", "accept-encoding", "user-agent",     "if-none-match",     "upgrade"};
  return is_field_name(text) &&
         std::none_of(taken.begin(), taken.end(),
                      [text](std::string_view name) { return http::same_name(name, text); });
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
         std::none_of(taken.begin(), taken.end(),
                      [text](std::string_view name) { return http::same_name(name, text); });
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
