#include "exchange.hpp"

#include "dial.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/client/read_response.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/request_writer.hpp>
#include <latchkey/http1/response_collector.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::client {
namespace {

std::string field(const http1::response_head& answer, std::string_view name) {
  // A field that comes twice is one list (RFC 9110 section 5.3).
  std::string all;
  bool first = true;
  for (const auto& one : answer.fields) {
    if (!http::same_name(one.name, name)) continue;
    if (!std::exchange(first, false)) all += ", ";
    all += one.value;
  }
  return all;
}

// An entity tag that can be sent back as it came.
bool is_usable_tag(const std::string& text) {
  constexpr std::size_t longest = 256;
  const auto visible = [](char c) { return c > ' ' && c < 0x7F; };
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), visible);
}

bool is_encoded(const http1::response_head& answer) {
  const auto coding = field(answer, "content-encoding");
  return !coding.empty() && !http::same_name(coding, "identity");
}

http1::response_limits limits_of(const https_client_settings& settings) {
  http1::response_limits limits;
  limits.head = answer_head_limits;
  limits.body = settings.max_bytes;
  return limits;
}

// Takes the body from `answer`, which is whole.
core::result<http::fetched> taken(http1::response_collector& answer) {
  const auto& head = answer.head();
  // What is no success counts for its status: a 503 may come with a compressed page, a 304 names
  // the encoding of what it leaves out.
  const bool encoded = is_encoded(head);
  if (encoded && head.status / 100 == 2) return errc::unexpected_encoding;
  http::fetched got;
  got.status = head.status;
  got.cache_control = field(head, "cache-control");
  got.retry_after = field(head, "retry-after");
  got.content_type = field(head, "content-type");
  got.location = field(head, "location");
  got.etag = field(head, "etag");
  if (!is_usable_tag(got.etag)) got.etag.clear();
  if (!encoded) got.body = std::move(answer.body());
  return got;
}

}  // namespace

core::result<std::string> request_of(const place& to, const http::fetch_request& wanted,
                                     const std::string& user_agent, const sent_fields& fields) {
  std::vector<http::field> all{{"Host", to.authority},
                               {"User-Agent", user_agent},
                               {"Accept", wanted.accept},
                               {"Accept-Encoding", "identity"},
                               {"Connection", "close"}};
  if (is_usable_tag(wanted.if_none_match)) all.push_back({"If-None-Match", wanted.if_none_match});
  for (const auto& [name, value] : fields) all.push_back({name, value});
  const auto* const content = wanted.content.get();
  const auto length = std::to_string(content == nullptr ? 0 : content->size());
  if (content != nullptr) {
    all.push_back({"Content-Type", "application/json"});
    all.push_back({"Content-Length", length});
  }
  std::string bytes;
  const std::string_view method = content == nullptr ? "GET" : "POST";
  if (const auto error = http1::append_request(bytes, method, to.target, all)) return error;
  if (content != nullptr) bytes += *content;
  return bytes;
}

async::task<core::result<http::fetched>> exchange(net::transport& over, const std::string& bytes,
                                                  const https_client_settings& settings) {
  if (const auto error = co_await over.write(bytes)) co_return error;
  http1::response_collector answer{limits_of(settings)};
  if (const auto failed = co_await read_response(over, answer)) co_return plain_reason(failed);
  co_return taken(answer);
}

}  // namespace latchkey::client
