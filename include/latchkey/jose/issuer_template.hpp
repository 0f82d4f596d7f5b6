// The name of a multi-tenant issuer, with a placeholder for the tenant, which signs under its own
// name: "https://login.microsoftonline.com/{tenantid}/v2.0". Not for choosing the tenants: those
// are in claim_rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::jose {

inline constexpr std::string_view tenant_placeholder = "{tenantid}";

// The placeholder stands in it once, as a whole segment of the path of a URL.
bool is_issuer_template(std::string_view text);

// The id of a tenant: a UUID in lower case (RFC 9562 section 4). So it has no character that means
// anything in a URL, and each tenant has one spelling.
bool is_tenant_id(std::string_view text);

// The tenant whose name `issuer` is by the template, byte by byte; nothing where it is no tenant's.
// A view of `issuer`.
std::optional<std::string_view> tenant_of(std::string_view issuer_template,
                                          std::string_view issuer);

// The name of a tenant by the template.
std::string issuer_of(std::string_view issuer_template, std::string_view tenant);

}  // namespace latchkey::jose
