// Header fields made of what a client's certificate says. Pure. Not for verifying certificates:
// net/client_rules.
#pragma once

#include <latchkey/core/client_certificate.hpp>
#include <latchkey/edge/claim_headers.hpp>
#include <latchkey/edge/field_list.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

enum class certificate_part : std::uint8_t { subject, issuer, serial, sha256, dns, uris, emails };

// The claims of this beginning are no token's: "cert.subject".
inline constexpr std::string_view certificate_prefix = "cert.";
// "cert.subject", "cert.san.dns" and so on; nothing for any other name.
std::optional<certificate_part> certificate_part_of(std::string_view claim);

struct certificate_header {
  certificate_part part = certificate_part::subject;
  claim_header how = {};  // as of a claim: alternative names are an array of texts
};

// Of those of `headers` whose claim names a part.
std::vector<certificate_header> certificate_headers(std::span<const claim_header> headers);

// Adds a field for each part that is there, and none where `client` is null. `out` keeps views of
// the names in `headers`. Refuses as claim_text and add_claims do.
std::optional<claim_fault> add_certificate(const core::client_certificate* client,
                                           std::span<const certificate_header> headers,
                                           const claim_limits& limits, field_list& out);

}  // namespace latchkey::edge
