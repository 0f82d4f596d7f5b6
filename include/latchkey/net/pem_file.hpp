// What a file that should hold certificates or a key in PEM does hold, in words for a message that
// refuses it, and how long its certificates are valid. Not for loading them: tls and https_client
// do.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <openssl/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::net {

// "a certificate (RSA, 2048 bits), a private key (RSA, 2048 bits)", "an encrypted private key",
// "nothing". Kinds that repeat are counted, and no more than eight are named. Looks at the first
// MiB. Leaves no error in OpenSSL's queue.
std::string pem_contents(std::string_view bytes);

// Why OpenSSL did not take the text of a file, whose error is `code`: "expected WANTED, found a
// certificate (EC, 256 bits) in DER". `wanted` is "a certificate in PEM" or the like.
std::string why_refused(std::string_view bytes, std::string_view wanted, unsigned long code);

// What a moment of a certificate or of a revocation list is held within: they may be of any year up
// to 9999 (RFC 5280 section 4.1.2.5), and a wall_time ends in 2262. Between any two of these, and
// from now to any of them, the span of time has room as well.
constexpr core::wall_time first_moment{std::chrono::sys_days{std::chrono::year{1970} / 1 / 1}};
constexpr core::wall_time last_moment{std::chrono::sys_days{std::chrono::year{2200} / 1 / 1}};

// The moment, within those two. Nothing where the text is none.
std::optional<core::wall_time> moment_of(const ASN1_TIME* text);

// When all the certificates of a PEM file are valid: the latest beginning, the earliest end.
struct validity {
  core::wall_time from;
  core::wall_time until;

  bool operator==(const validity&) const = default;
};

validity validity_of(const X509* one);
// When both are valid.
validity common_validity(const validity& one, const validity& other);
// Nothing where the text has no certificate that can be read.
std::optional<validity> validity_of(std::string_view pem);

// The text of a file of certificates or of a key. Errors as core::read_file: it has no more than a
// MiB.
core::result<std::string> read_pem_file(const std::filesystem::path& file);

}  // namespace latchkey::net
