#include <latchkey/core/ascii.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/middleware/cors_policy.hpp>

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace latchkey::middleware {
namespace {

bool is_label_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// Labels with one dot between two, in lower case.
bool is_name(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  return text.find("..") == text.npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_label_char(c) || c == '.'; });
}

bool is_scheme(std::string_view text) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

// ":8443" of what is written as a port; nothing where it is none, or not in the one spelling.
std::optional<std::string> port_text(std::string_view written, std::uint16_t usual) {
  if (written.empty()) return std::string{};
  const auto digits = written.substr(1);
  std::uint16_t port = 0;
  const auto [rest, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool whole = failure == std::errc{} && rest == digits.data() + digits.size();
  if (!whole || port == 0 || digits.front() == '0') return std::nullopt;
  return port == usual ? std::string{} : ':' + std::to_string(port);
}

std::uint16_t usual_port(std::string_view scheme) {
  if (scheme == "https") return 443;
  return scheme == "http" ? 80 : 0;
}

// Browsers write an address in its shortest form, whatever was typed.
std::optional<std::string> address_text(std::string_view bracketed) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address_v6(
      std::string{bracketed.substr(1, bracketed.size() - 2)}, error);
  if (error || address.scope_id() != 0 || address.is_v4_mapped()) return std::nullopt;
  return '[' + address.to_string() + ']';
}

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

bool is_everything(const std::vector<std::string>& all) {
  return all.size() == 1 && all.front() == "*";
}

bool lists(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const auto one = http::take_element(list);
    if (one == "*" || http::same_name(one, wanted)) return true;
  }
  return false;
}

void vary_by(http::response& answer, std::string_view name) {
  for (const auto field : answer.fields()) {
    if (field.name == "vary" && lists(field.value, name)) return;
  }
  answer.add("vary", name);
}

std::string methods_text(const cors_settings& settings,
                         const std::vector<std::string>& route_methods) {
  auto all = settings.methods.empty() ? route_methods : settings.methods;
  const auto get = std::find(all.begin(), all.end(), "GET");
  // HEAD is answered where GET is.
  if (get != all.end() && std::find(all.begin(), all.end(), "HEAD") == all.end()) {
    all.insert(std::next(get), "HEAD");
  }
  return joined(all);
}

// For browsers "*" does not stand for Authorization, which is what a route is asked with here.
std::string headers_text(const cors_settings& settings) {
  return is_everything(settings.headers) ? "*, Authorization" : joined(settings.headers);
}

}  // namespace

bool origin_pattern::matches(std::string_view origin) const {
  if (end.empty()) return origin == begin;
  if (origin.size() <= begin.size() + end.size()) return false;
  if (!origin.starts_with(begin) || !origin.ends_with(end)) return false;
  return is_name(origin.substr(begin.size(), origin.size() - begin.size() - end.size()));
}

std::optional<origin_pattern> parse_origin(std::string_view text) {
  const auto lower = core::to_lower(std::string{text});
  const std::string_view all{lower};
  const auto mark = all.find("://");
  if (mark == all.npos || !is_scheme(all.substr(0, mark))) return std::nullopt;
  const auto scheme = all.substr(0, mark);
  auto rest = all.substr(mark + 3);
  const bool any_label = rest.starts_with("*.");
  if (any_label) rest.remove_prefix(2);
  const auto bracket = rest.rfind(']');
  const auto colon = rest.find(':', bracket == rest.npos ? 0 : bracket);
  const auto host = rest.substr(0, colon);
  const auto port = port_text(rest.substr(std::min(colon, rest.size())), usual_port(scheme));
  if (!port) return std::nullopt;
  auto begin = std::string{scheme} + "://";
  if (any_label) {
    // "*.com" would be half the world.
    if (!is_name(host) || host.find('.') == host.npos) return std::nullopt;
    return origin_pattern{std::move(begin), '.' + std::string{host} + *port};
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    const auto address = address_text(host);
    if (!address) return std::nullopt;
    return origin_pattern{begin + *address + *port, {}};
  }
  if (!is_name(host)) return std::nullopt;
  auto made = begin + std::string{host} + *port;
  // An address in an odd spelling, which browsers write in another.
  if (usual_port(scheme) != 0 && !http::parse_url(made)) return std::nullopt;
  return origin_pattern{std::move(made), {}};
}

cors_policy::cors_policy(const cors_settings& settings,
                         const std::vector<std::string>& route_methods)
    : any_{is_everything(settings.origins)},
      credentials_{settings.credentials},
      methods_{methods_text(settings, route_methods)},
      headers_{headers_text(settings)},
      exposed_{joined(settings.exposed)},
      max_age_{std::to_string(
          std::chrono::duration_cast<std::chrono::seconds>(settings.max_age).count())} {
  const bool any_of_these = any_ || is_everything(settings.methods) ||
                            is_everything(settings.headers) || is_everything(settings.exposed);
  if (credentials_ && any_of_these) {
    throw std::invalid_argument{"CORS with credentials and \"*\""};
  }
  if (any_) return;
  for (const auto& text : settings.origins) {
    auto parsed = parse_origin(text);
    if (!parsed) throw std::invalid_argument{"not an origin: \"" + text + '"'};
    origins_.push_back(std::move(*parsed));
  }
}

bool cors_policy::allows(const http::request_head& request) const {
  if (request.count("origin") != 1) return false;
  if (any_) return true;
  const auto origin = *request.find("origin");
  return std::any_of(origins_.begin(), origins_.end(),
                     [origin](const origin_pattern& one) { return one.matches(origin); });
}

// Where it is the same for all it is on every answer: a cache may give one to whoever comes.
void cors_policy::add_origin(const http::request_head& request, bool allowed,
                             http::response& answer) const {
  if (any_) {
    answer.add("access-control-allow-origin", "*");
    return;
  }
  vary_by(answer, "Origin");
  if (!allowed) return;
  answer.add("access-control-allow-origin", *request.find("origin"));
  if (credentials_) answer.add("access-control-allow-credentials", "true");
}

void cors_policy::apply(const http::request_head& request, bool allowed,
                        http::response& answer) const {
  answer.remove_if(
      [](const http::response::field& one) { return one.name.starts_with("access-control-"); });
  add_origin(request, allowed, answer);
  if (!exposed_.empty() && (any_ || allowed)) {
    answer.add("access-control-expose-headers", exposed_);
  }
}

http::response cors_policy::preflight(const http::request_head& request) const {
  http::response answer{http::status::no_content};
  const bool allowed = allows(request);
  add_origin(request, allowed, answer);
  vary_by(answer, "Origin");
  vary_by(answer, "Access-Control-Request-Method");
  vary_by(answer, "Access-Control-Request-Headers");
  if (!allowed) return answer;
  if (!methods_.empty()) answer.add("access-control-allow-methods", methods_);
  if (!headers_.empty()) answer.add("access-control-allow-headers", headers_);
  answer.add("access-control-max-age", max_age_);
  return answer;
}

}  // namespace latchkey::middleware
