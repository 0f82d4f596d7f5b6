// The response reader against Boost.Beast, which is the oracle: what the reader accepts, Beast
// accepts too and reads as the same response. (Not the other way round: Beast takes more.)
#pragma once

#include "support/response_run.hpp"

#include <latchkey/http1/response_reader.hpp>

#include <boost/beast/http.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace latchkey::support {

namespace oracle {

namespace bh = boost::beast::http;
using parser = bh::response_parser<bh::string_body>;

inline std::string_view plain(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// Beast requires the space before a reason phrase that is absent.
inline std::string for_beast(std::string_view text) {
  std::string made{text};
  constexpr std::size_t behind_status = 12;
  if (made.size() > behind_status && made[behind_status] == '\r') made.insert(behind_status, " ");
  return made;
}

inline void set_up(parser& made, bool without_body) {
  made.eager(true);
  made.header_limit(1024 * 1024);
  made.body_limit(boost::none);
  made.skip(without_body);
}

// Every field of that name, in order: Beast moves a field next to the earlier ones of its name.
inline bool has_same(const bh::fields& seen, const http1::response_head& head,
                     std::string_view name) {
  const auto [first, last] = seen.equal_range({name.data(), name.size()});
  auto one = first;
  for (const auto& mine : head.fields) {
    if (!http::same_name(mine.name, name)) continue;
    if (one == last || plain(one->name_string()) != mine.name ||
        plain(one->value()) != mine.value) {
      return false;
    }
    ++one;
  }
  return one == last;
}

inline std::string compare_head(std::string_view text, const http1::response_head& head) {
  parser beast;
  set_up(beast, head.body == http1::body_framing::none);
  boost::system::error_code error;
  const auto bytes = for_beast(text);
  beast.put(boost::asio::buffer(bytes), error);
  if (error == bh::error::need_more) error = {};
  if (error || !beast.is_header_done()) return "Beast refuses the head: " + error.message();
  const auto& seen = beast.get();
  if (seen.result_int() != head.status || seen.version() != head.version) return "another status";
  if (!head.reason.empty() && plain(seen.reason()) != head.reason) return "another reason phrase";
  std::size_t fields = 0;
  for (auto one = seen.begin(); one != seen.end(); ++one) ++fields;
  if (fields != head.fields.size()) return "not as many fields";
  for (const auto& mine : head.fields) {
    if (!has_same(seen, head, mine.name)) return "other fields";
  }
  if (head.kind != http1::response_kind::final) return "";
  const bool chunked = head.body == http1::body_framing::chunked;
  if (head.body != http1::body_framing::none && beast.chunked() != chunked)
    return "framed otherwise";
  const auto length = beast.content_length();
  if (head.body == http1::body_framing::length && (!length || *length != head.content_length)) {
    return "another length";
  }
  if (head.keep_alive && !beast.keep_alive()) return "Beast does not keep the connection";
  const bool modern = head.version == 11;
  if (modern && !head.keep_alive && beast.keep_alive()) return "Beast keeps the connection";
  return "";
}

// `text` begins with the final head.
inline std::string compare_body(std::string_view text, const http1::response_head& head,
                                const std::string& body, std::size_t size) {
  parser beast;
  set_up(beast, head.body == http1::body_framing::none);
  const auto bytes = for_beast(text);
  std::size_t used = 0;
  boost::system::error_code error;
  while (!beast.is_done() && used < bytes.size()) {
    const auto taken =
        beast.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    used += taken;
    if (error || taken == 0) break;
  }
  // Beast takes trailers for further fields of the head, and judges them as such.
  const bool of_trailers = error == bh::error::bad_content_length ||
                           error == bh::error::bad_transfer_encoding ||
                           error == bh::error::bad_value;
  if (of_trailers && head.body == http1::body_framing::chunked) {
    return beast.get().body() == body ? "" : "another body";
  }
  if (error) return "Beast refuses the body: " + error.message();
  if (!beast.is_done()) beast.put_eof(error);
  if (error || !beast.is_done()) return "Beast sees no end: " + error.message();
  if (used != size + (bytes.size() - text.size())) return "another end";
  return beast.get().body() == body ? "" : "another body";
}

// Beast reads the obsolete Proxy-Connection as Connection; here it is a field like any other.
inline bool is_compared(const http1::response_head& head) {
  return !head.find("proxy-connection");
}

}  // namespace oracle

struct verdict {
  bool accepted = false;  // a whole response, to the end of what was sent
  int heads_compared = 0;
  std::string disagreement;  // empty: none
};

inline verdict compare_with_beast(std::string_view text, const http1::request_facts& asked,
                                  const http1::response_limits& limits = {}) {
  using event = http1::response_reader::event;
  verdict made;
  std::string bytes{text};  // chunks are decoded in place
  http1::response_reader reader{limits, asked};
  std::string body;
  std::size_t at = 0;
  std::size_t begin = 0;  // of the current head
  for (;;) {
    auto step = reader.next(std::span{bytes}.subspan(at));
    if (step && step->what == event::more && step->consumed == 0) {
      step = reader.finish(http1::connection_end::clean);
    }
    if (step.has_error()) return made;
    body.append(step->data);
    at += step->consumed;
    if (step->what == event::interim || step->what == event::head) {
      if (!oracle::is_compared(reader.head())) return made;
      ++made.heads_compared;
      made.disagreement = oracle::compare_head(text.substr(begin, at - begin), reader.head());
      if (!made.disagreement.empty()) return made;
      if (step->what == event::interim) begin = at;
    }
    if (step->what == event::end) break;
  }
  made.accepted = true;
  made.disagreement = oracle::compare_body(text.substr(begin), reader.head(), body, at - begin);
  return made;
}

}  // namespace latchkey::support
