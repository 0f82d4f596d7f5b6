// Request targets and URLs: what is accepted is made of the very bytes it was, holds nothing that
// two readers may take for two things, and is accepted again.
#include <latchkey/http/errc.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http/url.hpp>

#include <fuzz/require.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace http = latchkey::http;

namespace {

bool visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// As whoever stands behind may read it.
std::string decode_once(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    if (escape) {
      plain.push_back(
          static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16)));
      i += 2;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

void check_path(std::string_view path) {
  require(path.starts_with('/') && visible(path), "a path is visible characters behind a '/'");
  require(path.find_first_of("?#\\") == path.npos, "a path has no '?', '#' or '\\'");
  const auto decoded = decode_once(path);
  require(
      std::count(decoded.begin(), decoded.end(), '/') == std::count(path.begin(), path.end(), '/'),
      "decoding makes no new segment");
  require(decoded.find('\\') == decoded.npos && decoded.find('\0') == decoded.npos,
          "nor a backslash, nor a NUL");
  const auto whole = decoded + '/';
  for (const std::string_view segment : {"//", "/./", "/../"}) {
    // A trailing slash is a path of its own.
    const auto at = whole.find(segment);
    require(at == whole.npos || (segment == "//" && at + 2 == whole.size()),
            "no segment is empty, '.' or '..'");
  }
}

void check_target(std::string_view text) {
  const auto parsed = http::parse_target(text);
  if (parsed.has_error()) {
    require(parsed.error() == http::errc::bad_target, "there is one reason");
    const auto fault = http::find_fault(text);
    require(fault && fault->at <= text.size(), "and a place");
    return;
  }
  check_path(parsed->path);
  std::string again{parsed->path};
  if (again.size() != text.size()) again.append("?").append(parsed->query);
  require(again == text, "path and query are the text");
  require(http::parse_target(parsed->path).has_value(), "a path is a target of its own");
}

// As the target of a whole request that is for the host "a".
void check_request(std::string_view text) {
  http::request_head head;
  head.target = text;
  head.fields.push_back({"Host", "a"});
  for (const auto method : {http::verb::get, http::verb::options, http::verb::connect}) {
    head.method = method;
    const auto parsed = http::parse_target(head, true);
    if (parsed.has_error()) continue;
    require(method != http::verb::connect, "there is no tunnel");
    require(parsed->query.find_first_of(" #") == parsed->query.npos, "a query is one word");
    if (parsed->path == "*") {
      require(method == http::verb::options, "only options are of the whole server");
      continue;
    }
    check_path(parsed->path);
    const bool path = text.starts_with('/');
    require(path == http::parse_target(text).has_value(), "a path is judged alike");
    const auto rest = text.substr(std::min<std::size_t>(text.size(), 9));
    require(path || rest.empty() || rest.find_first_of("/?:") == 0, "of the host that was named");
  }
}

void check_url(std::string_view text) {
  const auto parsed = http::parse_url(text);
  if (!parsed) return;
  require(visible(text) && text.find('#') == text.npos && text.find('\\') == text.npos,
          "a URL is visible characters without a fragment");
  require(parsed->port != 0 && !parsed->host.empty(), "a place has a host and a port");
  require(parsed->authority.find('@') == parsed->authority.npos, "no user");
  require(parsed->path.empty() || parsed->path.starts_with('/'), "the path is apart from the host");
  require(!parsed->loopback || parsed->address || parsed->host == "localhost", "loopback by name");
  // Written anew, it is read the same.
  std::string again{parsed->secure ? "https://" : "http://"};
  again.append(parsed->authority).append(parsed->path);
  if (!parsed->query.empty()) again.append("?").append(parsed->query);
  const auto second = http::parse_url(again);
  require(second.has_value(), "what is accepted is accepted again");
  require(second->host == parsed->host && second->port == parsed->port &&
              second->secure == parsed->secure && second->loopback == parsed->loopback &&
              second->path == parsed->path && second->query == parsed->query,
          "and read the same");
  if (parsed->address) return;
  require(std::all_of(parsed->host.begin(), parsed->host.end(),
                      [](unsigned char c) {
                        return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
                      }),
          "a name is letters, digits, '-', '.' and '_'");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_target(text);
  check_request(text);
  check_url(text);
  return 0;
}
