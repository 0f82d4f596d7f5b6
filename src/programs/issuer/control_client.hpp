// Sends one control request to a running development issuer on this machine. Not a general client:
// plain HTTP, loopback only.
#pragma once

#include <string>

namespace latchkey::issuer {

// POSTs the JSON text to a path of the issuer and gives the body of its answer. Throws
// std::runtime_error where `issuer_url` is not http on a loopback address, where the issuer cannot
// be reached within five seconds, and where it refuses.
std::string post_control(const std::string& issuer_url, const std::string& path,
                         const std::string& body);

}  // namespace latchkey::issuer
