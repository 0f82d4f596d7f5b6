// Values of Mcp-Name through their decoder: two values that decode to one name are the name itself
// and its one encoding, and no name has a NUL in it.
#include <latchkey/core/base64url.hpp>
#include <latchkey/edge/mcp_fields.hpp>

#include <fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace edge = latchkey::edge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value{reinterpret_cast<const char*>(data), size};
  const auto name = edge::decode_mcp_name(value);
  if (!name) return 0;
  auto encoded = latchkey::core::base64url_encode(*name);
  std::replace(encoded.begin(), encoded.end(), '-', '+');
  std::replace(encoded.begin(), encoded.end(), '_', '/');
  encoded.resize((encoded.size() + 3) / 4 * 4, '=');
  const auto as_code = "=?base64?" + encoded + "?=";
  require(*name == value || as_code == value, "a name is written in two ways at most");
  if (*name != value) require(name->find('\0') == name->npos, "no name ends at a NUL");
  if (name->empty() || name->find('\0') != name->npos) return 0;
  const auto again = edge::decode_mcp_name(as_code);
  require(again && *again == *name, "every other name has a code");
  return 0;
}
