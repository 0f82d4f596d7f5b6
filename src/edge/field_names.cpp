#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/field_names.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace latchkey::edge {
namespace {

struct fixed_name {
  std::string_view name;
  field_role role;
};

constexpr fixed_name fixed[] = {
    {"connection", field_role::connection},
    {"keep-alive", field_role::hop},
    {"proxy-connection", field_role::hop},
    {"proxy-authenticate", field_role::hop},
    {"proxy-authorization", field_role::hop},
    {"proxy-authentication-info", field_role::hop},
    {"te", field_role::hop},
    {"trailer", field_role::hop},
    {"transfer-encoding", field_role::hop},
    {"content-length", field_role::hop},
    {"http2-settings", field_role::hop},
    {"upgrade", field_role::upgrade},
    {"expect", field_role::expect},
    {"host", field_role::host},
    {"authorization", field_role::authorization},
    {"cookie", field_role::cookie},
    {"x-forwarded-for", field_role::history},
    {"x-forwarded-proto", field_role::history},
    {"x-forwarded-host", field_role::history},
    {"x-forwarded-port", field_role::history},
    {"forwarded", field_role::history},
    {"via", field_role::via},
    {"x-request-id", field_role::request_id},
    // Where the client is, by what many programs believe.
    {"x-real-ip", field_role::told},
    {"x-client-ip", field_role::told},
    {"client-ip", field_role::told},
    {"x-cluster-client-ip", field_role::told},
    {"x-remote-ip", field_role::told},
    {"x-remote-addr", field_role::told},
    {"x-originating-ip", field_role::told},
    {"x-original-forwarded-for", field_role::told},
    {"x-envoy-external-address", field_role::told},
    {"x-original-host", field_role::told},
    {"x-host", field_role::told},
    {"x-scheme", field_role::told},
    {"x-url-scheme", field_role::told},
    {"front-end-https", field_role::told},
    {"true-client-ip", field_role::told},
    {"cf-connecting-ip", field_role::told},
    {"fastly-client-ip", field_role::told},
    // Who the client is, as proxies of all kinds tell it.
    {"remote-user", field_role::identity},
    {"auth-user", field_role::identity},
    {"x-user", field_role::identity},
    {"x-user-id", field_role::identity},
    {"x-userid", field_role::identity},
    {"x-userinfo", field_role::identity},
    {"x-auth-user", field_role::identity},
    {"x-id-token", field_role::identity},
    {"x-jwt-claims", field_role::identity},
    {"x-jwt-payload", field_role::identity},
    {"x-jwt-assertion", field_role::identity},
    {"x-goog-iap-jwt-assertion", field_role::identity},
    {"x-anonymous-consumer", field_role::identity},
    {"client-cert", field_role::identity},  // RFC 9440 section 2.4
    {"client-cert-chain", field_role::identity},
    {"x-client-cert", field_role::identity},
    {"x-client-dn", field_role::identity},
    {"x-client-verify", field_role::identity},
    {"x-client-certificate", field_role::identity},
    {"x-ssl-cert", field_role::identity},
    {"x-arr-clientcert", field_role::identity},
    {"x-auth-email", field_role::identity},
    {"x-proxy-user", field_role::identity},
    {"x-google-authenticated-user", field_role::identity},
    {"impersonate-user", field_role::identity},
    {"impersonate-group", field_role::identity},
    {"impersonate-uid", field_role::identity},
    {"x-scope-orgid", field_role::identity},
    {"x-grafana-org-id", field_role::identity},
    {"x-forwarded-user", field_role::identity},
    {"x-forwarded-email", field_role::identity},
    {"x-forwarded-groups", field_role::identity},
    {"x-forwarded-preferred-username", field_role::identity},
    {"x-forwarded-access-token", field_role::identity},
    {"x-forwarded-client-cert", field_role::identity},
    // What would have another request answered than the one that was judged; and what CGI programs
    // take for the setting of their own proxy.
    {"x-http-method-override", field_role::steering},
    {"x-http-method", field_role::steering},
    {"x-method-override", field_role::steering},
    {"x-original-url", field_role::steering},
    {"x-original-uri", field_role::steering},
    {"x-original-method", field_role::steering},
    {"x-original-path", field_role::steering},
    {"x-envoy-original-path", field_role::steering},
    {"x-rewrite-url", field_role::steering},
    {"x-override-url", field_role::steering},
    {"x-http-path-override", field_role::steering},
    {"x-http-destinationurl", field_role::steering},
    {"x-middleware-subrequest", field_role::steering},
    {"x-nginx-proxy", field_role::steering},
    {"x-accel-redirect", field_role::steering},
    {"x-sendfile-type", field_role::steering},
    {"x-accel-mapping", field_role::steering},
    {"proxy", field_role::steering},
};

// All that begins so, folded.
constexpr fixed_name families[] = {
    {"x_forwarded_", field_role::told},
    {"x_auth_request_", field_role::identity},
    {"x_authenticated_", field_role::identity},
    {"x_remote_user", field_role::identity},
    {"x_remote_group", field_role::identity},
    {"x_remote_extra_", field_role::identity},
    {"x_webauth_", field_role::identity},
    {"x_ssl_client_", field_role::identity},
    {"ssl_client_", field_role::identity},
    {"x_amzn_oidc_", field_role::identity},
    {"x_goog_authenticated_user_", field_role::identity},
    {"x_endpoint_api_", field_role::identity},
    {"x_ms_client_principal", field_role::identity},
    {"x_ms_token_", field_role::identity},
    {"x_consumer_", field_role::identity},
    {"x_credential_", field_role::identity},
    {"x_pomerium_", field_role::identity},
    {"cf_access_", field_role::identity},
    {"oidc_claim_", field_role::identity},
    {"impersonate_extra_", field_role::identity},
    {"x_vouch_", field_role::identity},
    {"x_appengine_user_", field_role::identity},
    {"tailscale_user_", field_role::identity},
};

constexpr char fold(char c) {
  return http::is_alphanumeric(c) ? core::ascii_lower(c) : '_';
}

const name_table& fixed_names() {
  static const name_table table = [] {
    name_table made;
    for (const auto& one : fixed) made.set(one.name, one.role);
    return made;
  }();
  return table;
}

}  // namespace

std::string fold(std::string_view name) {
  std::string folded{name};
  std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) { return fold(c); });
  return folded;
}

// FNV-1a: the names in a table are ours, and nobody gains by a collision with one of them.
std::size_t name_table::hash(std::string_view folded) {
  std::uint64_t value = 0xCBF29CE484222325U;
  for (const char c : folded) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return static_cast<std::size_t>(value ^ (value >> 32U));
}

std::size_t name_table::place_of(std::string_view folded, std::size_t hash) const {
  const auto mask = places_.size() - 1;
  auto at = hash & mask;
  while (!places_[at].folded.empty() && places_[at].folded != folded) at = (at + 1) & mask;
  return at;
}

const name_table::entry* name_table::find(std::string_view folded, std::size_t hash) const {
  if (places_.empty()) return nullptr;
  const auto& one = places_[place_of(folded, hash)];
  return one.folded.empty() ? nullptr : &one;
}

void name_table::set(std::string_view name, field_role role) {
  entry made{edge::fold(name), core::to_lower(std::string{name}), role};
  if (made.folded.empty()) return;
  if (2 * (used_ + 1) > places_.size()) {
    auto old =
        std::exchange(places_, std::vector<entry>(std::max<std::size_t>(16, 2 * places_.size())));
    for (auto& one : old) {
      if (one.folded.empty()) continue;
      const auto place = place_of(one.folded, hash(one.folded));
      places_[place] = std::move(one);
    }
  }
  auto& place = places_[place_of(made.folded, hash(made.folded))];
  if (place.folded.empty()) ++used_;
  place = std::move(made);
}

void known_names::set(std::string_view name, field_role role) {
  if (name.empty() || name.size() > longest_known_name) {
    throw std::invalid_argument{"not a name that can be known: \"" + std::string{name} + '"'};
  }
  own_.set(name, role);
}

known_names::found known_names::find(std::string_view name) const {
  std::array<char, longest_known_name> buffer;
  const auto size = std::min(name.size(), buffer.size());
  std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(size), buffer.begin(),
                 [](char c) { return fold(c); });
  const std::string_view folded{buffer.data(), size};
  if (size == name.size()) {
    const auto hash = name_table::hash(folded);
    const auto* one = own_.find(folded, hash);
    if (one == nullptr) one = fixed_names().find(folded, hash);
    if (one != nullptr) return {one->role, http::same_name(one->name, name)};
  }
  for (const auto& [begin, role] : families) {
    if (folded.starts_with(begin)) return {role, true};
  }
  return {};
}

bool is_kept_from_clients(std::string_view name) {
  static constexpr std::string_view names[] = {
      "connection", "keep-alive", "proxy-connection",  "proxy-authenticate",
      "te",         "trailer",    "transfer-encoding", "proxy-authentication-info",
      "upgrade",    "alt-svc",    "content-length",    "proxy-authorization",
      "server",
  };
  return std::any_of(std::begin(names), std::end(names),
                     [name](std::string_view one) { return http::same_name(one, name); });
}

}  // namespace latchkey::edge
