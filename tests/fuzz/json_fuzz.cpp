// Strict JSON beside the parser it is built on: it accepts nothing that one refuses, gives the same
// value, and refuses more only for its stated reasons. And the two strict readers never differ.
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/json_view.hpp>

#include <boost/json/parse.hpp>
#include <fuzz/require.hpp>
#include <support/same_json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>

using latchkey::fuzz::require;
namespace jose = latchkey::jose;
namespace json = boost::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto strict = jose::parse_json(text);
  std::pmr::monotonic_buffer_resource memory;
  const auto view = jose::parse_json_view(text, {}, memory);
  require(view.has_value() == strict.has_value(), "both readers take the same texts");
  if (strict) {
    require(latchkey::support::same_json(*view, *strict), "a view says what the value does");
  } else {
    require(view.error() == strict.error(), "both readers refuse for the same reason");
  }
  json::parse_options options;
  options.max_depth = jose::json_limits{}.depth;
  json::error_code error;
  const auto lax = json::parse({text.data(), text.size()}, error, {}, options);
  if (strict) {
    require(!error, "nothing is accepted that is not JSON");
    require(*strict == lax, "both parsers give the same value");
  } else if (!error) {
    const auto why = strict.error();
    require(why == jose::errc::duplicate_name || why == jose::errc::json_too_large ||
                why == jose::errc::bad_json,
            "what is refused has a reason");
    // All that bad_json means beyond the grammar is a number that is not finite.
    require(why != jose::errc::bad_json || text.find_first_of("eE0123456789") != text.npos,
            "without a number JSON is not bad_json");
  }
  return 0;
}
