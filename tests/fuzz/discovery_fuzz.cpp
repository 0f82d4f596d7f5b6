// An issuer's metadata: only what names that very issuer gives an address, and only one that is
// safe to ask. The first line is the issuer, the rest the document.
#include <latchkey/auth/discovery.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/http/url.hpp>

#include <fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace auth = latchkey::auth;
namespace http = latchkey::http;

namespace {

std::optional<auth::metadata_addresses> addresses(const auth::discovery_settings& settings) {
  try {
    return auth::find_metadata(settings);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

// The same place as the issuer's, behind whose path or before it the rest is put.
void require_near(const std::string& address, const http::url& issuer) {
  const auto parsed = http::parse_url(address);
  require(parsed.has_value(), "where metadata stands is a URL");
  require(parsed->authority == issuer.authority && parsed->secure == issuer.secure,
          "of the issuer's own server");
  require(parsed->query.empty(), "without a query");
  require(parsed->path.find("/.well-known/") != parsed->path.npos, "at a well-known place");
}

void check_issuer(const auth::discovery_settings& settings) {
  const auto found = addresses(settings);
  const auto parsed = http::parse_url(settings.issuer);
  if (!found) return;
  require(parsed.has_value(), "who can be asked has a URL");
  require(parsed->loopback ? settings.allow_internal : parsed->secure, "that is safe to ask");
  require_near(found->openid, *parsed);
  require_near(found->oauth, *parsed);
}

void check_document(std::string_view document, const auth::discovery_settings& settings) {
  const auto read = auth::read_metadata(document, settings);
  if (read.has_error()) {
    require(read.error().category() == auth::category(), "a refusal is this layer's");
    return;
  }
  const auto parsed = http::parse_url(*read);
  require(parsed.has_value(), "the keys have a URL");
  require(parsed->loopback ? settings.allow_internal : parsed->secure, "that is safe to ask");
  auto other = settings;
  other.issuer += '/';
  require(auth::read_metadata(document, other).has_error(), "for one issuer only");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto line = text.substr(0, text.find('\n'));
  const auto document = text.substr(std::min(line.size() + 1, text.size()));
  auth::discovery_settings settings;
  settings.issuer = line;
  for (const bool allow : {false, true}) {
    settings.allow_internal = allow;
    check_issuer(settings);
    check_document(document, settings);
  }
  return 0;
}
