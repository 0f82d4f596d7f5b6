#include <latchkey/app/preset.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/jose/issuer_template.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace latchkey::app {
namespace {

using http::url;

bool has_path_below(const url& where, std::string_view folder) {
  return where.path.starts_with(folder) && where.path.size() > folder.size() &&
         where.path.find('/', folder.size()) == where.path.npos;
}

// Pools that are replicated to other regions have the second name.
bool is_cognito(const url& where) {
  const auto named =
      where.host.starts_with("cognito-idp.") || where.host.starts_with("issuer-cognito-idp.");
  const auto amazon =
      where.host.ends_with(".amazonaws.com") || where.host.ends_with(".amazonaws.com.cn");
  return named && amazon && has_path_below(where, "/");
}

// Names that stand for several tenants are addresses to sign in at; tokens name the one tenant.
bool is_entra(const url& where) {
  const auto path = where.path.substr(std::min<std::size_t>(1, where.path.size()));
  const auto tenant = path.substr(0, path.find('/'));
  if (tenant.empty() || tenant == "common" || tenant == "organizations" || tenant == "consumers") {
    return false;
  }
  const auto rest = path.substr(tenant.size());
  if (where.host == "login.microsoftonline.com") return rest == "/v2.0";
  if (where.host == "sts.windows.net") return rest == "/";
  return true;  // other clouds and tenants of customers have hosts of their own
}

bool is_auth0(const url& where) {
  return where.path == "/";
}

// The one without a path is the organization's own server, whose tokens are for Okta only.
bool is_okta(const url& where) {
  return has_path_below(where, "/oauth2/");
}

bool is_keycloak(const url& where) {
  const auto realms = where.path.rfind("/realms/");
  return realms != where.path.npos &&
         has_path_below(where, where.path.substr(0, realms + std::string_view{"/realms/"}.size()));
}

constexpr std::string_view github_for_everybody = "https://token.actions.githubusercontent.com";

// An enterprise may have its tokens name it; a server of one's own has the service on its host.
bool is_github(const url& where) {
  if (where.host == "token.actions.githubusercontent.com") {
    return where.path.empty() || has_path_below(where, "/");
  }
  return where.path == "/_services/token";
}

// Its tokens name either; the second is no URL.
constexpr std::string_view google = "https://accounts.google.com";
constexpr std::string_view google_without_scheme = "accounts.google.com";

bool is_google(const url& where) {
  return where.host == google_without_scheme && where.path.empty();
}

bool is_firebase(const url& where) {
  return where.host == "securetoken.google.com" && has_path_below(where, "/");
}

// Clusters and trust domains name themselves as they like.
bool is_any(const url&) {
  return true;
}

struct preset_rules {
  provider name;
  std::string audience_claim;
  jose::required_type require_typ;
  std::vector<std::string> scope_claims;
  // Each is in every access token of the provider, and not all of them are in its ID tokens. Of a
  // provider whose ID tokens are what it has: in every one of those.
  std::vector<jose::required_claim> marks;
  bool (*makes)(const url& issuer);
  std::string_view issuer_form;
  // With which the provider's keys sign; empty: what an issuer has without a preset.
  std::vector<std::string> algorithms = {};
};

// Null for provider::none.
const preset_rules* rules_for(provider preset) {
  using jose::required_type;
  static const std::vector<preset_rules> all{
      {provider::cognito,
       "client_id",
       required_type::none,
       {"scope"},
       {{{"token_use"}, {"access"}}},
       is_cognito,
       "https://cognito-idp.REGION.amazonaws.com/POOL"},
      {provider::entra,
       "aud",
       required_type::jwt,
       {"scp"},
       {{{"azp", "appid"}, {}}},
       is_entra,
       "https://login.microsoftonline.com/TENANT/v2.0 or https://sts.windows.net/TENANT/, with the "
       "id of one tenant, or with {tenantid} and the ids of several in tenants"},
      {provider::auth0,
       "aud",
       required_type::none,
       {"scope", "permissions"},
       {{{"azp", "client_id"}, {}}},
       is_auth0,
       "https://DOMAIN/ with the slash at its end"},
      {provider::okta,
       "aud",
       required_type::none,
       {"scp"},
       {{{"cid"}, {}}},
       is_okta,
       "https://DOMAIN/oauth2/SERVER, a custom authorization server"},
      {provider::keycloak,
       "aud",
       required_type::none,
       {"scope"},
       {{{"typ"}, {"Bearer"}}},
       is_keycloak,
       "https://DOMAIN/realms/REALM"},
      {provider::spiffe,
       "aud",
       required_type::none,
       {"scope"},
       {{{"sub"}, {}}},
       is_any,
       "the https URL that the server was given as jwt_issuer",
       {"RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "PS384", "PS512"}},
      {provider::kubernetes,
       "aud",
       required_type::none,
       {"scope"},
       {{{"sub"}, {}}},
       is_any,
       "the https URL that the API server was given as --service-account-issuer",
       {"RS256", "ES256", "ES384"}},
      {provider::github,
       "aud",
       required_type::jwt,
       {"scope"},
       {{{"repository"}, {}}},
       is_github,
       "https://token.actions.githubusercontent.com, the same with /ENTERPRISE, or "
       "https://HOST/_services/token"},
      {provider::google,
       "aud",
       required_type::none,
       {"scope"},
       {{{"sub"}, {}}},
       is_google,
       "https://accounts.google.com, or accounts.google.com in an [[issuer]] of its own"},
      {provider::firebase,
       "aud",
       required_type::none,
       {"scope"},
       {{{"sub"}, {}}, {{"firebase.sign_in_provider"}, {}}},
       is_firebase,
       "https://securetoken.google.com/PROJECT with the id of the project"},
  };
  const auto found = std::find_if(all.begin(), all.end(),
                                  [preset](const auto& one) { return one.name == preset; });
  return found == all.end() ? nullptr : &*found;
}

// Claims by which the subject, or whoever it acts for, is told from everybody else.
constexpr std::array<std::string_view, 9> telling_of_github{
    "sub",           "repository", "repository_id",    "repository_owner", "repository_owner_id",
    "enterprise_id", "enterprise", "job_workflow_ref", "workflow_ref"};
constexpr std::array<std::string_view, 4> telling_of_google{"azp", "hd", "email", "sub"};

// Whether a required claim has values of such claims alone.
bool tells_who(const issuer_config& issuer, std::span<const std::string_view> telling) {
  const auto tells = [telling](const jose::required_claim& one) {
    return !one.values.empty() &&
           std::all_of(one.names.begin(), one.names.end(), [telling](const std::string& name) {
             return std::find(telling.begin(), telling.end(), name) != telling.end();
           });
  };
  const auto& claims = issuer.required_claims;
  return std::any_of(claims.begin(), claims.end(), tells);
}

bool share_a_name(const jose::required_claim& a, const jose::required_claim& b) {
  return std::find_first_of(a.names.begin(), a.names.end(), b.names.begin(), b.names.end()) !=
         a.names.end();
}

}  // namespace

void apply_preset(issuer_config& issuer) {
  const auto* rules = rules_for(issuer.preset);
  if (rules == nullptr) return;
  issuer.audience_claim = rules->audience_claim;
  issuer.require_typ = rules->require_typ;
  issuer.scope_claims = rules->scope_claims;
  if (!rules->algorithms.empty()) issuer.algorithms = rules->algorithms;
}

void add_preset_claim(issuer_config& issuer) {
  const auto* rules = rules_for(issuer.preset);
  if (rules == nullptr) return;
  auto& claims = issuer.required_claims;
  for (const auto& mark : rules->marks) {
    const auto given = std::any_of(claims.begin(), claims.end(),
                                   [&mark](const auto& one) { return share_a_name(one, mark); });
    if (!given) claims.push_back(mark);
  }
}

std::string_view wanted_claim(const issuer_config& issuer) {
  const bool github = issuer.preset == provider::github && issuer.issuer == github_for_everybody;
  const bool of_google = issuer.preset == provider::google &&
                         (issuer.issuer == google || issuer.issuer == google_without_scheme);
  if (github && !tells_who(issuer, telling_of_github)) {
    return "a [[issuer.required_claim]] with the values of \"repository_owner_id\", "
           "\"repository_id\", \"repository\" or \"sub\" that may call: GitHub gives every "
           "workflow of everybody a token for any audience it asks for";
  }
  if (of_google && !tells_who(issuer, telling_of_google)) {
    return "a [[issuer.required_claim]] with the values of \"azp\" (the client ids of your apps), "
           "\"hd\", \"email\" or \"sub\" that may call: Google gives every service account of "
           "everybody a token for any audience it asks for";
  }
  return {};
}

std::string_view wanted_issuer(provider preset, std::string_view issuer) {
  const auto* rules = rules_for(preset);
  if (rules == nullptr) return {};
  // Of several tenants, one stands for all.
  const auto name = jose::is_issuer_template(issuer)
                        ? jose::issuer_of(issuer, "00000000-0000-0000-0000-000000000000")
                        : std::string{issuer};
  if (preset == provider::google && name == google_without_scheme) return {};
  const auto where = http::parse_url(name);
  if (where && where->loopback) return {};
  // Where people run the provider themselves its name may be an http URL; how its keys are fetched
  // is another question.
  const bool own = preset == provider::keycloak;
  const auto fits = where && (where->secure || own) && where->query.empty() && rules->makes(*where);
  return fits ? std::string_view{} : rules->issuer_form;
}

}  // namespace latchkey::app
