#include "token_removal.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace latchkey::edge {
namespace {

// More than anybody has to say of one connection.
constexpr std::size_t most_options = 32;
// How often a request may come through here; chains of edges are shorter.
constexpr unsigned most_rounds = 8;

// What the Connection fields of a request name.
struct connection_options {
  std::array<std::string_view, most_options> names;
  std::size_t size = 0;

  bool has(std::string_view name) const {
    return std::any_of(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(size),
                       [name](std::string_view one) { return http::same_name(one, name); });
  }
  // False where there are too many.
  bool read(std::string_view list) {
    while (!list.empty()) {
      const auto option = http::take_element(list);
      if (option.empty()) continue;
      if (size == names.size()) return false;
      names[size++] = option;
    }
    return true;
  }
};

// How many proxies in the value of a Via field have that name (RFC 9110 section 7.6.3).
unsigned count_received_by(std::string_view via, std::string_view name) {
  unsigned count = 0;
  while (!via.empty()) {
    auto proxy = http::take_element(via);
    http::take_element(proxy, ' ');  // the protocol
    if (http::same_name(http::take_element(proxy, ' '), name)) ++count;
  }
  return count;
}

// The fields whose methods give a body a meaning are told that there is none (RFC 9110
// section 8.6).
bool expects_body(const http::request_head& head) {
  return head.method == http::verb::post || head.method == http::verb::put ||
         head.method == http::verb::patch;
}

}  // namespace

// Of one request.
class header_rules::maker {
 public:
  maker(const header_rules& rules, const forwarded_request& request, field_list& out,
        forwarded_head& made)
      : rules_{rules}, set_{rules.settings_}, request_{request}, out_{out}, made_{made} {}

  core::error_code run() {
    if (const auto error = read_connection()) return error;
    if (const auto error = add_host()) return error;
    for (const auto& field : request_.head.fields) {
      if (const auto error = add(field)) return error;
    }
    if (const auto error = add_ours()) return error;
    add_connection();
    return {};
  }

 private:
  core::error_code fail(errc error, std::string_view at) {
    made_.fault_at = at;
    return error;
  }

  core::error_code read_connection() {
    for (const auto& field : request_.head.fields) {
      if (!http::same_name(field.name, "connection")) continue;
      if (!options_.read(field.value)) return fail(errc::bad_connection, "connection");
    }
    return {};
  }

  core::error_code add_host() {
    const auto asked = request_.head.find("host");
    if (asked && !is_host_value(*asked)) return fail(errc::bad_host, "host");
    host_ = asked.value_or(std::string_view{});
    const auto sent = set_.host == host_to_upstream::name                     ? set_.host_name
                      : set_.host == host_to_upstream::keep && !host_.empty() ? host_
                                                                              : request_.authority;
    if (sent.empty()) return fail(errc::bad_host, "host");
    out_.add("host", sent);
    return {};
  }

  core::error_code add(const http::field& field) {
    const auto known = rules_.names_.find(field.name);
    // Of a known name another spelling is another field, but not to everybody.
    if (!known.exact) return {};
    switch (known.role) {
      case field_role::passed:
        if (!options_.has(field.name)) out_.add(field.name, field.value);
        return {};
      case field_role::authorization:
        if (keeps_token()) out_.add(field.name, field.value);
        return {};
      case field_role::token:
        add_token(field);
        return {};
      case field_role::cookie:
        add_cookie(field);
        return {};
      case field_role::via:
        return add_via(field);
      case field_role::told:
        if (request_.trusted_peer) out_.add(field.name, field.value);
        return {};
      case field_role::upgrade:
        offer_upgrade(field.value);
        return {};
      case field_role::expect:
        made_.expects_continue =
            request_.body.kind != body_kind::none && !request_.body.held && request_.version != 10;
        return {};
      default:  // made anew, or nothing to pass
        return {};
    }
  }

  bool keeps_token() const { return set_.token == token_to_upstream::keep; }

  void add_token(const http::field& field) {
    if (keeps_token()) {
      out_.add(field.name, field.value);
    } else if (http::same_name(field.name, "sec-websocket-protocol")) {
      add_unless_empty(field.name, without_listed_tokens(field.value, set_.places, out_));
    }
  }

  void add_cookie(const http::field& field) {
    const bool all = keeps_token() || set_.places.empty();
    add_unless_empty(field.name,
                     all ? field.value : without_token_cookies(field.value, set_.places, out_));
  }

  void add_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty()) out_.add(name, value);
  }

  core::error_code add_via(const http::field& field) {
    if (!set_.via.empty()) rounds_ += count_received_by(field.value, set_.via);
    if (rounds_ >= most_rounds) return fail(errc::forwarding_loop, "via");
    out_.add(field.name, field.value);
    return {};
  }

  // The first that is allowed; a server need not take up the offer of HTTP/1.0, of a request with a
  // body, or one that Connection does not name (RFC 9110 section 7.8).
  void offer_upgrade(std::string_view list) {
    if (request_.version != 11 || request_.body.kind != body_kind::none) return;
    if (!options_.has("upgrade")) return;
    while (!list.empty() && made_.upgrade.empty()) {
      const auto wanted = http::take_element(list);
      for (const auto& allowed : set_.upgrades) {
        if (http::same_name(allowed, wanted)) made_.upgrade = allowed;
      }
    }
  }

  core::error_code add_ours() {
    if (const auto error = add_claims()) return error;
    if (const auto fault =
            add_certificate(request_.certificate, rules_.of_certificate_, set_.limits, out_)) {
      return fail(fault->error, fault->name);
    }
    auto seen = request_.seen;
    seen.host = host_;
    add_history(request_.head, seen, request_.trusted_peer, set_.history, out_);
    if (!set_.via.empty()) {
      const std::string_view protocol = request_.version == 20   ? "2.0 "
                                        : request_.version == 10 ? "1.0 "
                                                                 : "1.1 ";
      out_.add("via", out_.keep({protocol, set_.via}));
    }
    add_unless_empty("x-request-id", request_.request_id);
    if (set_.traced && !request_.traceparent.empty()) {
      out_.add("traceparent", request_.traceparent);
      add_unless_empty("tracestate", request_.tracestate);
    }
    return {};
  }

  core::error_code add_claims() {
    if (request_.principal == nullptr) return {};
    const auto& claims = request_.principal->claims;
    if (const auto fault = edge::add_claims(claims, rules_.of_token_, set_.limits, out_)) {
      return fail(fault->error, fault->name);
    }
    if (set_.token != token_to_upstream::claims) return {};
    const auto text = core::base64url_encode(claims);
    if (text.size() > set_.limits.all) return fail(errc::claims_too_large, set_.claims_field);
    out_.add(set_.claims_field, out_.keep({text}));
    return {};
  }

  void add_connection() {
    if (!made_.upgrade.empty()) {
      out_.add("connection", "upgrade");
      out_.add("upgrade", made_.upgrade);
    }
    if (made_.expects_continue) out_.add("expect", "100-continue");
    const auto& body = request_.body;
    if (body.kind == body_kind::chunked) {
      out_.add("transfer-encoding", "chunked");
    } else if (body.kind == body_kind::length || expects_body(request_.head)) {
      std::array<char, 24> digits;
      const auto length = body.kind == body_kind::length ? body.length : 0;
      const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
      const auto size = static_cast<std::size_t>(end - digits.data());
      out_.add("content-length", out_.keep({std::string_view{digits.data(), size}}));
    }
  }

  const header_rules& rules_;
  const header_settings& set_;
  const forwarded_request& request_;
  field_list& out_;
  forwarded_head& made_;
  connection_options options_;
  std::string_view host_;
  unsigned rounds_ = 0;
};

core::error_code header_rules::make_fields(const forwarded_request& request, field_list& out,
                                           forwarded_head& made) const {
  made = {};
  return maker{*this, request, out, made}.run();
}

}  // namespace latchkey::edge
