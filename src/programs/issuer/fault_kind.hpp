// The kinds of faults that the development issuer can show, by their names: one table for the flag,
// the control endpoint, the counts and the help. Not for how each of them is shown.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::issuer {

enum class fault_kind : std::uint8_t {
  not_found,
  error,
  unavailable,
  refuse,
  silence,
  reset,
  short_length,
  long_length,
  drip_head,
  drip_body,
  huge,
  endless,
  interim_flood,
  gzip,
  html,
  content_type,
  truncated,
  empty_object,
  keys_object,
  no_keys,
  many_keys,
  duplicate_kid,
  slow,
  redirect_self,
  redirect_host,
  redirect_http,
  self_signed,
  expired,
  wrong_host,
};

enum class shown_by : std::uint8_t {
  answer,       // a whole HTTP answer
  key_set,      // the same, which only a key set can be
  bytes,        // what no HTTP server would send
  listener,     // whether anybody listens at all
  certificate,  // the certificate presented: needs TLS
};

struct kind_entry {
  fault_kind kind;
  shown_by by;
  std::string_view name;
  std::string_view description;
};

// In the order of fault_kind.
std::span<const kind_entry> fault_kinds();
const kind_entry& entry_of(fault_kind kind);
// Null for a name that is not known.
const kind_entry* find_kind(std::string_view name);
// "not-found, error, ...".
std::string kind_names();

}  // namespace latchkey::issuer
