// Targets through the rules for what is forwarded: what goes on is a path that every reader takes
// for the same one, made of the bytes that came.
#include <latchkey/edge/path_rules.hpp>

#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace edge = latchkey::edge;
namespace http = latchkey::http;

namespace {

// As a server reads it that cuts parameters off each segment and decodes, in either order and
// twice.
void check_readings(std::string_view path) {
  const auto once = http::plain_path(path, true);
  const auto twice = http::plain_path(once, true);
  require(once == twice, "decoding again changes nothing");
  for (const auto& reading : {once, http::plain_path(path, false)}) {
    const auto whole = reading + '/';
    require(whole.find("/./") == whole.npos && whole.find("/../") == whole.npos,
            "no reading has a segment of dots");
    const auto empty = whole.find("//");
    require(empty == whole.npos || empty + 2 == whole.size(), "nor an empty one within");
    bool lead = false;  // the byte before begins what only an overlong sequence begins with
    for (const char c : reading) {
      const auto byte = static_cast<unsigned char>(c);
      require(byte >= 0x20 && byte != 0x7F, "nor a control character");
      require(!lead || byte < 0x80 || byte > 0xBF, "nor an overlong one");
      lead = byte == 0xC0 || byte == 0xC1;
    }
  }
}

void check_rewrite(const http::target& judged, const edge::path_rewrite& rewrite) {
  std::string sent;
  if (edge::make_target(judged, rewrite, sent)) return;
  const auto parsed = http::parse_target(sent);
  require(parsed.has_value(), "what is sent is a target");
  require(parsed->query == judged.query && parsed->has_query == judged.has_query,
          "the query is as it came");
  require(parsed->path.ends_with(judged.path.substr(rewrite.from.size())) ||
              judged.path == rewrite.from,
          "the rest of the path is as it came");
  require(parsed->path.starts_with(rewrite.to), "the prefix is ours");
  check_readings(parsed->path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto judged = http::parse_target(text);
  if (!judged) return 0;
  if (const auto fault = edge::find_forwarding_fault(judged->path)) {
    require(fault->at < judged->path.size(), "a fault is in the path");
  } else {
    check_readings(judged->path);
  }
  check_rewrite(*judged, {});
  check_rewrite(*judged, {"/api", ""});
  check_rewrite(*judged, {"/api", "/v2/b"});
  check_rewrite(*judged, {"", "/v2"});
  return 0;
}
