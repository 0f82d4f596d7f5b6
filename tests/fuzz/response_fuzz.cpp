// The response reader: pieces of any size give the same, small limits hold and give the same in
// pieces too, and what it accepts, Boost.Beast, the oracle, reads as the same response.
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <fuzz/require.hpp>
#include <support/response_oracle.hpp>
#include <support/response_run.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

using latchkey::fuzz::require;
namespace http1 = latchkey::http1;
namespace support = latchkey::support;

namespace {

support::response_run run(std::string_view text, const http1::request_facts& asked,
                          const http1::response_limits& limits, std::size_t piece) {
  const auto made = support::run_response(text, asked, limits, piece);
  require(!made.error || made.error.category() == http1::category(), "a refusal has a reason");
  require(made.error.failed() != made.whole,
          "a response is whole or refused once its connection ended");
  require(made.consumed <= text.size() && made.body.size() <= text.size(), "no more than was sent");
  return made;
}

void try_pieces(std::string_view text, const http1::request_facts& asked,
                const http1::response_limits& limits, std::size_t piece) {
  const auto whole = run(text, asked, limits, text.size() + 1);
  require(run(text, asked, limits, piece) == whole, "pieces give what the whole gives");
  require(run(text, asked, limits, 1) == whole, "single bytes give what the whole gives");
  if (whole.error) return;
  require(whole.body.size() <= limits.body, "the limit of the body holds");
  for (const auto end : whole.head_ends) require(end != 0, "a head has bytes");
}

}  // namespace

// The first byte says what was asked and how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const http1::request_facts asked{(data[0] & 1U) != 0, (data[0] & 2U) != 0, (data[0] & 4U) != 0};
  const std::size_t piece = (data[0] >> 3U) + 2U;
  try_pieces(text, asked, {}, piece);
  http1::response_limits small;
  small.head = {24, 96, 3};
  small.interim = 1;
  small.interim_bytes = 100;
  small.chunk_overhead = 16;
  small.body = 10;
  try_pieces(text, asked, small, piece);
  const auto found = support::compare_with_beast(text, asked);
  require(found.disagreement.empty(), found.disagreement.c_str());
  return 0;
}
