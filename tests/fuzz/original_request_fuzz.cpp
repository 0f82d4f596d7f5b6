// Checks of other proxies through the reader of what they ask about: whatever is told, it is told
// once or alike, by a proxy that is trusted, and is a request that every reader takes for the same
// one. A line of the input each: the check's own method, what stands behind its path, "trusted" or
// anything else, and its fields.
#include <latchkey/edge/original_request.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/http/fields.hpp>

#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace edge = latchkey::edge;
namespace http = latchkey::http;

namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

http::request_head read_check(std::string_view method, std::string_view lines) {
  http::request_head made;
  made.method_text = method;
  while (!lines.empty()) {
    const auto line = take_line(lines);
    const auto colon = line.find(':');
    if (colon == line.npos) continue;
    made.fields.push_back({line.substr(0, colon), http::trim(line.substr(colon + 1))});
  }
  return made;
}

void require_told_alike(const http::request_head& check, std::string_view behind,
                        const edge::original_request& read) {
  const auto same = [&check](const char* name, std::string_view as) {
    require(check.count(name) <= 1, "nothing is told twice in one way");
    const auto told = check.find(name);
    require(!told || *told == as, "what is told in two ways is told alike");
  };
  same("x-original-method", read.method_text);
  same("x-forwarded-method", read.method_text);
  same("x-original-uri", read.target_text);
  same("x-forwarded-uri", read.target_text);
  if (const auto url = check.find("x-original-url")) {
    require(url->ends_with(read.target_text), "the path is the URL's");
    require(url->find("//" + std::string{read.host} + '/') != url->npos, "the host is the URL's");
  }
  require(behind.empty() || behind == read.target_text, "and as what stands behind the path");
}

void require_judged(const edge::original_request& read) {
  const auto parsed = http::parse_target(read.target_text);
  require(parsed.has_value() && parsed->path == read.target.path, "the path is one of ours");
  require(!edge::find_forwarding_fault(read.target.path), "which nobody takes for another one");
  require(http::is_token(read.method_text) && read.method != http::verb::connect,
          "the method is one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto method = take_line(text);
  const auto behind = take_line(text);
  const bool trusted = take_line(text) == "trusted";
  auto check = read_check(method, text);
  require(edge::read_original(check, behind, false).has_error(), "nobody else is believed");
  const auto read = edge::read_original(check, behind, trusted);
  if (!read) return 0;
  require(trusted, "only a trusted proxy is read");
  require_told_alike(check, behind, *read);
  require_judged(*read);
  // Any of them once more is one too many.
  for (std::size_t i = 0, all = check.fields.size(); i < all; ++i) {
    if (!edge::tells_original(check.fields[i].name)) continue;
    check.fields.push_back(check.fields[i]);
    require(edge::read_original(check, behind, true).has_error(), "twice is not once");
    check.fields.pop_back();
  }
  return 0;
}
