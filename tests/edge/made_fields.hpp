// What header_rules makes of a request, as lines. Not for heads as bytes.
#pragma once

#include <latchkey/edge/header_rules.hpp>

#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {

using lines = std::vector<std::string>;
using given_fields = std::vector<std::pair<std::string, std::string>>;

inline lines lines_of(std::span<const http::field> fields) {
  lines made;
  for (const auto& one : fields)
    made.push_back(std::string{one.name} + ": " + std::string{one.value});
  return made;
}

// A request of a test; all but its fields can be changed.
struct asked {
  http::verb method = http::verb::get;
  given_fields fields = {};
  std::string peer = "192.0.2.7";
  bool trusted = false;
  unsigned version = 11;
  sent_body body = {};
  std::string claims = {};  // empty: no token
  std::string request_id = {};
  std::string traceparent = {};
  std::string tracestate = {};
};

struct made_fields {
  core::error_code error;
  lines fields;
  std::string upgrade;
  bool expects_continue = false;
  std::string fault_at;

  // The values of the fields of that name, compared as it stands.
  lines all(const std::string& name) const {
    lines values;
    for (const auto& line : fields) {
      if (line.starts_with(name + ": ")) values.push_back(line.substr(name.size() + 2));
    }
    return values;
  }
};

inline made_fields make(const header_rules& rules, const asked& one) {
  http::request_head head;
  head.method = one.method;
  for (const auto& [name, value] : one.fields) head.fields.push_back({name, value});
  core::principal who;
  who.claims = one.claims;
  const forwarded_request request{.head = head,
                                  .version = one.version,
                                  .seen = {one.peer, {}, true, 8443},
                                  .trusted_peer = one.trusted,
                                  .request_id = one.request_id,
                                  .traceparent = one.traceparent,
                                  .tracestate = one.tracestate,
                                  .principal = one.claims.empty() ? nullptr : &who,
                                  .body = one.body,
                                  .authority = "10.0.0.5:9000"};
  field_list out;
  forwarded_head made;
  const auto error = rules.make_fields(request, out, made);
  return {error, lines_of(out.fields()), std::string{made.upgrade}, made.expects_continue,
          std::string{made.fault_at}};
}

}  // namespace latchkey::edge
