// What the keys of an issuer are good for, and why they cannot be had, in words for people. Pure.
// Not for fetching them.
#pragma once

#include "finding.hpp"

#include <latchkey/auth/jwks_fetch.hpp>
#include <latchkey/auth/source_report.hpp>
#include <latchkey/jose/key_set.hpp>

#include <string>
#include <vector>

namespace latchkey::doctor {

// What a fetch of the keys has brought.
struct seen_keys {
  std::string subject;                  // "issuer.0"
  std::string source;                   // in words: the address, "discovery", "file PATH"
  std::vector<std::string> algorithms;  // that are configured
  auth::fetch_outcome outcome;
  auth::source_failure last;  // what the source tells of its last request
};

// How many keys there are, under which kids, for which algorithms; and those that are rejected.
findings judge_keys(const seen_keys& seen);

// What the issuer's metadata says of its name, where the keys come from an address that is
// configured: nothing where it names the configured issuer, or cannot be had.
findings judge_metadata(const std::string& subject, const std::string& configured,
                        const core::error_code& error, const auth::source_failure& last);

}  // namespace latchkey::doctor
