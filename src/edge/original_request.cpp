#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/forwarded.hpp>
#include <latchkey/edge/original_request.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/http/fields.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace latchkey::edge {
namespace {

enum place : std::size_t {
  original_method,
  original_uri,
  original_url,
  forwarded_method,
  forwarded_uri,
  forwarded_host,
  forwarded_proto,
  places,
};

// `places` where it is none of them. Most fields are told apart by their size, and these are most
// often spelled as here.
std::size_t place_of(std::string_view name) {
  const auto is = [name](std::string_view one) {
    return one == name || http::same_name(one, name);
  };
  switch (name.size()) {
    case 14:
      return is("X-Original-URI") ? original_uri : is("X-Original-URL") ? original_url : places;
    case 15:
      return is("X-Forwarded-Uri") ? forwarded_uri : places;
    case 16:
      return is("X-Forwarded-Host") ? forwarded_host : places;
    case 17:
      return is("X-Original-Method")   ? original_method
             : is("X-Forwarded-Proto") ? forwarded_proto
                                       : places;
    case 18:
      return is("X-Forwarded-Method") ? forwarded_method : places;
    default:
      return places;
  }
}

// A value that may be told more than once, and alike each time.
class told {
 public:
  // False where it contradicts what was told before.
  bool add(std::string_view value) {
    if (value_ && *value_ != value) return false;
    value_ = value;
    return true;
  }
  const std::optional<std::string_view>& value() const { return value_; }

 private:
  std::optional<std::string_view> value_;
};

struct told_url {
  bool secure = false;
  std::string_view host;
  std::string_view target;
};

std::optional<told_url> read_url(std::string_view text) {
  told_url made;
  constexpr std::string_view https = "https://";
  constexpr std::string_view http = "http://";
  made.secure = text.starts_with(https);
  if (!made.secure && !text.starts_with(http)) return std::nullopt;
  text.remove_prefix(made.secure ? https.size() : http.size());
  const auto end = text.find_first_of("/?#");
  if (end == text.npos || text[end] != '/') return std::nullopt;
  made.host = text.substr(0, end);
  made.target = text.substr(end);
  return made;
}

// WebSockets have schemes of their own at some proxies.
std::optional<bool> read_proto(std::string_view text) {
  if (text == "https" || text == "wss") return true;
  if (text == "http" || text == "ws") return false;
  return std::nullopt;
}

class reader {
 public:
  explicit reader(const http::request_head& check) : check_{check} {}

  core::result<original_request> read(std::string_view behind) {
    if (const auto error = find_fields()) return error;
    if (const auto error = add_original()) return error;
    if (const auto error = add_forwarded()) return error;
    if (!behind.empty() && !(method_.add(check_.method_text) && target_.add(behind))) {
      return errc::check_contradictory;
    }
    if (!method_.value() || !target_.value()) return errc::check_incomplete;
    return judge();
  }

 private:
  core::error_code find_fields() {
    for (const auto& field : check_.fields) {
      const auto at = place_of(field.name);
      if (at == places) continue;
      if (found_[at]) return errc::check_repeated;
      found_[at] = field.value;
    }
    return {};
  }

  core::error_code add_original() {
    const auto& uri = found_[original_uri];
    const auto& url = found_[original_url];
    if (!found_[original_method] && !uri && !url) return {};
    if (!found_[original_method] || (!uri && !url)) return errc::check_incomplete;
    if (!method_.add(*found_[original_method])) return errc::check_contradictory;
    if (uri && !target_.add(*uri)) return errc::check_contradictory;
    if (!url) return {};
    const auto parsed = read_url(*url);
    if (!parsed) return errc::check_malformed;
    if (!target_.add(parsed->target)) return errc::check_contradictory;
    secure_ = parsed->secure;
    host_ = parsed->host;
    return {};
  }

  core::error_code add_forwarded() {
    const auto& method = found_[forwarded_method];
    const auto& uri = found_[forwarded_uri];
    if (method.has_value() != uri.has_value()) return errc::check_incomplete;
    if (method && !(method_.add(*method) && target_.add(*uri))) return errc::check_contradictory;
    // These two may be told beside any of the others.
    if (const auto& proto = found_[forwarded_proto]) {
      const auto secure = read_proto(*proto);
      if (!secure) return errc::check_malformed;
      if (secure_ && *secure_ != *secure) return errc::check_contradictory;
      secure_ = secure;
    }
    const auto& host = found_[forwarded_host];
    if (!host) return {};
    if (!host_.empty() && !http::same_name(host_, *host)) return errc::check_contradictory;
    if (host->empty()) return errc::check_malformed;
    if (host_.empty()) host_ = *host;
    return {};
  }

  core::result<original_request> judge() {
    original_request made;
    made.method_text = *method_.value();
    made.target_text = *target_.value();
    made.secure = secure_.value_or(false);
    made.host = host_.empty() ? check_.find("host").value_or(std::string_view{}) : host_;
    if (!made.host.empty() && !is_host_value(made.host)) return errc::check_malformed;
    if (!http::is_token(made.method_text) || !made.target_text.starts_with('/')) {
      return errc::check_malformed;
    }
    made.method =
        boost::beast::http::string_to_verb({made.method_text.data(), made.method_text.size()});
    http::request_head head;
    head.method = made.method;
    head.method_text = made.method_text;
    head.target = made.target_text;
    const auto judged = http::parse_target(head, made.secure);
    if (judged.has_error()) return judged.error();
    if (find_forwarding_fault(judged->path)) return errc::ambiguous_path;
    made.target = *judged;
    return made;
  }

  const http::request_head& check_;
  std::array<std::optional<std::string_view>, places> found_{};
  told method_;
  told target_;
  std::optional<bool> secure_;
  std::string_view host_;
};

}  // namespace

core::result<original_request> read_original(const http::request_head& check,
                                             std::string_view behind, bool trusted) {
  if (!trusted) return errc::check_not_trusted;
  return reader{check}.read(behind);
}

bool tells_original(std::string_view name) {
  return place_of(name) != places;
}

}  // namespace latchkey::edge
