// The chunk decoder: pieces of any size give the same, decoding in place gives the same, and what
// it accepts, Boost.Beast, the oracle, decodes to the same data.
#include <latchkey/http1/chunked.hpp>
#include <latchkey/http1/errc.hpp>

#include <boost/beast/http.hpp>
#include <fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace bh = boost::beast::http;
namespace core = latchkey::core;
namespace http1 = latchkey::http1;

namespace {

struct outcome {
  core::error_code error;
  bool done = false;
  std::size_t consumed = 0;
  std::string data;

  bool operator==(const outcome&) const = default;
};

// Pieces of `step` bytes, room for `room` bytes of data at a time.
outcome decode(std::string_view text, std::size_t step, std::size_t room) {
  http1::chunk_decoder decoder;
  outcome made;
  std::string out(room, '\0');
  while (made.consumed < text.size() && !decoder.done()) {
    const auto piece = text.substr(made.consumed, step);
    const auto progress = decoder.decode(piece, out);
    if (progress.has_error()) {
      made.error = progress.error();
      return made;
    }
    require(progress->consumed <= piece.size() && progress->produced <= room, "no more than given");
    require(progress->consumed != 0, "there is always progress");
    made.data.append(out, 0, progress->produced);
    made.consumed += progress->consumed;
  }
  made.done = decoder.done();
  return made;
}

void decode_in_place(std::string_view text, const outcome& apart) {
  std::string bytes{text};
  http1::chunk_decoder decoder;
  const auto progress = decoder.decode(bytes, bytes);
  require(progress.has_error() == static_cast<bool>(apart.error),
          "in place fails where apart does");
  if (progress.has_error()) return;
  require(progress->consumed == apart.consumed && decoder.done() == apart.done &&
              bytes.substr(0, progress->produced) == apart.data,
          "in place gives what apart gives");
}

void agree(std::string_view body, const std::string& data) {
  bh::request_parser<bh::string_body> parser;
  parser.eager(true);
  parser.header_limit(1024 * 1024);
  parser.body_limit(boost::none);
  std::string message = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  message.append(body);
  boost::system::error_code error;
  const auto used = parser.put(boost::asio::buffer(message), error);
  require(!error && parser.is_done(), "what is accepted, Beast accepts");
  require(used == message.size(), "and ends where it ends");
  require(parser.get().body() == data, "and holds the same data");
}

}  // namespace

// The first byte chooses the sizes of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = decode(text, text.size() + 1, text.size() + 1);
  const std::size_t step = (data[0] & 0x0FU) + 1U;
  const std::size_t room = (data[0] >> 4U) + 1U;
  const auto pieces = decode(text, step, room);
  require(pieces.error == whole.error, "pieces fail where the whole fails");
  if (whole.error) {
    require(whole.error.category() == http1::category(), "a refusal has a reason");
  } else {
    require(pieces == whole, "pieces give what the whole gives");
  }
  decode_in_place(text, whole);
  if (whole.done) agree(text.substr(0, whole.consumed), whole.data);
  return 0;
}
