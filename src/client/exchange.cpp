#include "exchange.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/http/request.hpp>

#include <algorithm>

namespace latchkey::client {
namespace {

namespace bh = boost::beast::http;

std::string field(const answer_parser::value_type& answer, bh::field name) {
  // A field that comes twice is one list (RFC 9110 section 5.3).
  std::string all;
  const auto [first, last] = answer.equal_range(name);
  for (auto one = first; one != last; ++one) {
    if (one != first) all += ", ";
    all.append(one->value().data(), one->value().size());
  }
  return all;
}

// An entity tag that can be sent back as it came.
bool is_usable_tag(const std::string& text) {
  constexpr std::size_t longest = 256;
  const auto visible = [](char c) { return c > ' ' && c < 0x7F; };
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), visible);
}

// Content or transfer coding other than the chunks that are taken apart already. Beast reads a body
// of an unknown transfer coding as it stands.
bool is_encoded(const answer_parser::value_type& answer) {
  const auto is_other = [&](bh::field name, std::string_view harmless) {
    const auto coding = field(answer, name);
    return !coding.empty() && !http::same_name(coding, harmless);
  };
  return is_other(bh::field::content_encoding, "identity") ||
         is_other(bh::field::transfer_encoding, "chunked");
}

}  // namespace

get_request request_of(const place& to, const http::fetch_request& wanted,
                       const std::string& user_agent, const sent_fields& fields) {
  constexpr unsigned http_1_1 = 11;
  get_request ask{bh::verb::get, to.target, http_1_1};
  ask.set(bh::field::host, to.authority);
  ask.set(bh::field::user_agent, user_agent);
  ask.set(bh::field::accept, wanted.accept);
  ask.set(bh::field::accept_encoding, "identity");
  ask.set(bh::field::connection, "close");
  if (is_usable_tag(wanted.if_none_match)) {
    ask.set(bh::field::if_none_match, wanted.if_none_match);
  }
  for (const auto& [name, value] : fields) ask.insert(name, value);
  return ask;
}

core::result<http::fetched> taken(answer_parser::value_type answer) {
  // What is no success counts for its status: a 503 may come with a compressed page, a 304 names
  // the encoding of what it leaves out.
  const bool encoded = is_encoded(answer);
  if (encoded && answer.result_int() / 100 == 2) return errc::unexpected_encoding;
  http::fetched got;
  got.status = answer.result_int();
  got.cache_control = field(answer, bh::field::cache_control);
  got.retry_after = field(answer, bh::field::retry_after);
  got.content_type = field(answer, bh::field::content_type);
  got.location = field(answer, bh::field::location);
  got.etag = field(answer, bh::field::etag);
  if (!is_usable_tag(got.etag)) got.etag.clear();
  if (!encoded) got.body = std::move(answer.body());
  return got;
}

}  // namespace latchkey::client
