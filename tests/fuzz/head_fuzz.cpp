// The head gate against Boost.Beast, which is the oracle: a head that the gate accepts, Beast
// accepts too and reads as the same request. (Not the other way round: Beast takes more.) Of what
// is refused, what the log is told is short and plain.
#include <latchkey/http/target.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/head_fault.hpp>
#include <latchkey/http1/request_head.hpp>

#include <boost/beast/http.hpp>
#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace bh = boost::beast::http;
namespace core = latchkey::core;
namespace http = latchkey::http;
namespace http1 = latchkey::http1;

namespace {

std::string_view plain(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool within(std::string_view piece, std::string_view whole) {
  return piece.empty() || (piece.data() >= whole.data() &&
                           piece.data() + piece.size() <= whole.data() + whole.size());
}

// A scanner fed in two pieces finds what one fed at once finds.
void scan_in_pieces(std::string_view text, const core::result<std::size_t>& at_once,
                    const http1::head_limits& limits) {
  http1::head_scanner scanner;
  auto found = scanner.scan(text.substr(0, text.size() / 2), limits);
  if (found && *found == 0) found = scanner.scan(text, limits);
  require(found.has_value() == at_once.has_value(), "an end found in pieces is found at once");
  if (found) require(*found == *at_once, "and is the same");
}

// Every field of that name, in order.
void require_same(const bh::fields& seen, const http::request_head& head, std::string_view name) {
  const auto [first, last] = seen.equal_range({name.data(), name.size()});
  auto one = first;
  for (const auto& mine : head.fields) {
    if (!http::same_name(mine.name, name)) continue;
    require(
        one != last && plain(one->name_string()) == mine.name && plain(one->value()) == mine.value,
        "the same fields in the same order");
    ++one;
  }
  require(one == last, "and no more of them");
}

void agree(std::string_view head_bytes, const http::request_head& head,
           const http1::request_wire& wire) {
  bh::request_parser<bh::empty_body> parser;
  parser.header_limit(1024 * 1024);
  parser.body_limit(std::uint64_t{1} << 62U);
  // Beast does not pass over the empty line that may come first, as the gate does.
  const auto start = head_bytes.starts_with("\r\n") ? head_bytes.substr(2) : head_bytes;
  boost::system::error_code error;
  parser.put(boost::asio::buffer(start), error);
  require(!error && parser.is_header_done(), "what the gate accepts, Beast accepts");
  const auto& seen = parser.get();
  require(plain(seen.method_string()) == head.method_text && seen.method() == head.method,
          "the same method");
  require(plain(seen.target()) == head.target, "the same target");
  require(seen.version() == wire.version, "the same version");
  // Beast moves a field next to the earlier ones of its name, so the order is compared name by
  // name.
  std::size_t fields = 0;
  for (const auto& field : seen) {
    require(!plain(field.name_string()).empty(), "fields have names");
    ++fields;
  }
  require(fields == head.fields.size(), "as many fields");
  for (const auto& mine : head.fields) require_same(seen, head, mine.name);
  require(parser.chunked() == (wire.body == http1::framing::chunked), "the same framing");
  const auto length = parser.content_length();
  require((length ? *length : 0) == wire.content_length, "the same length");
  require(parser.keep_alive() == wire.keep_alive, "the same end of the connection");
}

void describe(std::string_view bytes, const core::error_code& error) {
  constexpr std::size_t longest = 200;
  const auto told = http1::describe_fault(bytes, error);
  require(told.size() <= longest, "a byte and its place are told in a few words");
  for (const char c : told) require(c >= ' ' && c < 0x7F, "in visible characters");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const http1::head_limits limits;
  const auto end = http1::head_scanner{}.scan(text, limits);
  scan_in_pieces(text, end, limits);
  if (!end) {
    require(end.error().category() == http1::category(), "a refusal has a reason");
    describe(text, end.error());
    return 0;
  }
  if (*end == 0) return 0;
  const auto head_bytes = text.substr(0, *end);
  require(head_bytes.ends_with("\r\n\r\n"), "a head ends with an empty line");
  http::request_head head;
  http1::request_wire wire;
  if (const auto error = http1::parse_head(head_bytes, limits, head, wire)) {
    require(error.category() == http1::category(), "a refusal has a reason");
    describe(head_bytes, error);
    return 0;
  }
  if (const auto target = http::parse_target(head, true); target.has_error()) {
    describe(head_bytes, target.error());
  }
  for (const auto& field : head.fields) {
    require(within(field.name, head_bytes) && within(field.value, head_bytes),
            "views stay within the head");
  }
  agree(head_bytes, head, wire);
  return 0;
}
