#include <latchkey/auth/discovery.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <stdexcept>

namespace latchkey::auth {
namespace {

namespace json = boost::json;

// https to anywhere but this machine; with allow_internal to this machine as well, in the clear
// too.
bool is_allowed(const http::url& where, bool allow_internal) {
  return where.loopback ? allow_internal : where.secure;
}

std::optional<std::string_view> text_of(const json::object& document, std::string_view name) {
  const auto* member = document.if_contains({name.data(), name.size()});
  const auto* text = member != nullptr ? member->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  return std::string_view{text->data(), text->size()};
}

}  // namespace

metadata_addresses find_metadata(const discovery_settings& settings) {
  const std::string_view issuer{settings.issuer};
  const auto where = http::parse_url(issuer);
  if (!where || !is_allowed(*where, settings.allow_internal) || issuer.find('?') != issuer.npos) {
    throw std::invalid_argument{
        "discovery needs an issuer that is an https URL without a query, and not on this machine "
        "unless that is allowed"};
  }
  auto path = where->path;
  if (path.ends_with('/')) path.remove_suffix(1);
  const std::string origin{issuer.substr(0, issuer.size() - where->path.size())};
  metadata_addresses found;
  found.openid = origin;
  found.openid.append(path).append("/.well-known/openid-configuration");
  found.oauth = origin;
  found.oauth.append("/.well-known/oauth-authorization-server").append(path);
  return found;
}

core::result<std::string> read_metadata(std::string_view text, const discovery_settings& settings) {
  const auto document = jose::parse_json(text);
  const auto* object = document ? document->if_object() : nullptr;
  if (object == nullptr) return errc::bad_metadata;
  const auto issuer = text_of(*object, "issuer");
  const auto keys = text_of(*object, "jwks_uri");
  if (!issuer) return errc::bad_metadata;
  // First: what another issuer says of its keys is of no interest.
  if (*issuer != settings.issuer) return errc::metadata_issuer;
  if (!keys) return errc::bad_metadata;
  const auto where = http::parse_url(*keys);
  if (!where || !is_allowed(*where, settings.allow_internal)) return errc::metadata_keys_address;
  return std::string{*keys};
}

}  // namespace latchkey::auth
