// What a certificate says of itself, as text. Not for comparing names: OpenSSL does.
#pragma once

#include <openssl/types.h>

#include <string>
#include <vector>

namespace latchkey::doctor {

// The DNS names and addresses of subjectAltName.
std::vector<std::string> names_in(const X509* of);

// "CN=..., O=..." of who signed it.
std::string authority_of(const X509* of);

bool is_self_signed(const X509* of);

}  // namespace latchkey::doctor
