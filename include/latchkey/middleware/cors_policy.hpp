// Which pages of other origins may read the answers of a route, and what they are told of it (CORS,
// the protocol of https://fetch.spec.whatwg.org/). Pure. Not for keeping anybody out: only browsers
// heed it, and a request is judged by its token in any case.
#pragma once

#include <latchkey/http/request.hpp>
#include <latchkey/http/response.hpp>
#include <latchkey/middleware/cors_settings.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::middleware {

// One origin as browsers write it: scheme and host in lower case, no default port. With `begin` and
// `end` any number of whole labels, one at least, stands between the two.
struct origin_pattern {
  std::string begin;  // "https://"; of an exact one "https://app.example.com:8443"
  std::string end;    // ".example.com:8443"; of an exact one empty

  bool matches(std::string_view origin) const;
  std::string text() const { return end.empty() ? begin : begin + '*' + end; }
  bool operator==(const origin_pattern&) const = default;
};

// "https://app.example.com", "http://localhost:3000", "app://name", "https://*.example.com" with
// two labels or more behind the '*'. Nothing for anything else: a path, a user, "null", "*".
std::optional<origin_pattern> parse_origin(std::string_view text);

class cors_policy {
 public:
  // `route_methods`: those that the route answers, for settings that name none. Throws
  // std::invalid_argument where the settings allow what browsers refuse, or everybody credentials.
  cors_policy(const cors_settings& settings, const std::vector<std::string>& route_methods);

  // Whether a page of the request's origin may read the answer. Two Origin fields are nobody's.
  bool allows(const http::request_head& request) const;
  // Whether cookies and client certificates are welcome with a request that it allows.
  bool takes_credentials() const { return credentials_; }

  // Puts what the page is told on an answer, in the place of what an upstream says of CORS.
  // `allowed`: what allows() says of the request.
  void apply(const http::request_head& request, bool allowed, http::response& answer) const;
  // The answer to a preflight: 204, with what is allowed where the origin is. Whether that covers
  // the request that is asked for is the browser's to see, so that it can tell what is missing.
  http::response preflight(const http::request_head& request) const;

 private:
  void add_origin(const http::request_head& request, bool allowed, http::response& answer) const;

  std::vector<origin_pattern> origins_;
  bool any_ = false;
  bool credentials_ = false;
  std::string methods_;
  std::string headers_;
  std::string exposed_;
  std::string max_age_;  // seconds
};

}  // namespace latchkey::middleware
