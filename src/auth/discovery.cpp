#include <latchkey/auth/discovery.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <stdexcept>

namespace latchkey::auth {
namespace {

namespace json = boost::json;

// https to other hosts, and http with allow_http; with allow_internal also to loopback addresses,
// by http or https.
bool is_allowed(const http::url& where, const discovery_settings& settings) {
  return where.loopback ? settings.allow_internal : where.secure || settings.allow_http;
}

core::error_code why_not_json(std::string_view text, const core::error_code& error) {
  if (text.starts_with("\xef\xbb\xbf")) return errc::metadata_byte_order;
  if (error == jose::errc::duplicate_name) return errc::metadata_name_twice;
  return errc::bad_metadata;
}

void tell(const discovery_settings& settings, std::string_view found, std::string_view expected) {
  if (settings.report) settings.report->failed(found, expected);
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
  if (!where || !is_allowed(*where, settings) || issuer.find('?') != issuer.npos) {
    throw std::invalid_argument{
        "discovery needs an issuer that is an https URL without a query, http with allow_http only "
        "and on this machine with allow_internal only"};
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
  if (!document) return why_not_json(text, document.error());
  const auto* object = document->if_object();
  if (object == nullptr) return errc::bad_metadata;
  const auto issuer = text_of(*object, "issuer");
  const auto keys = text_of(*object, "jwks_uri");
  if (!issuer) {
    tell(settings, "no text as issuer", settings.issuer);
    return errc::metadata_member;
  }
  // First: the keys of another issuer do not matter.
  if (*issuer != settings.issuer) {
    tell(settings, *issuer, settings.issuer);
    return errc::metadata_issuer;
  }
  if (!keys) {
    tell(settings, "no text as jwks_uri", "the address of the keys");
    return errc::metadata_member;
  }
  const auto where = http::parse_url(*keys);
  if (where && is_allowed(*where, settings)) return std::string{*keys};
  const bool local = where && where->loopback;
  tell(settings, *keys,
       local                           ? "an address elsewhere, or allow_internal = true"
       : where && !settings.allow_http ? "an https address, or allow_http = true"
                                       : "an https address without user and fragment");
  return errc::metadata_keys_address;
}

}  // namespace latchkey::auth
