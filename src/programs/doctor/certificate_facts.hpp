// What a certificate's file holds, in which order, and whether a key belongs to it. Pure. Not for
// judging it (judge_certificate), nor for serving it (net/tls).
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::doctor {

struct certificate_facts {
  std::size_t count = 0;           // certificates in the file; of none the rest says nothing
  std::vector<std::string> names;  // DNS names and addresses of the first
  bool self_signed = false;        // the first
  std::string authority;           // who signed the last, as one line
  core::wall_time from;            // of all of them together
  core::wall_time until;
  bool has_key = false;  // the text of the key holds one
  // Which certificate the key belongs to; nothing: none.
  std::optional<std::size_t> of_key;
  // The first certificate that did not sign the one before it; nothing: they are in order.
  std::optional<std::size_t> out_of_order;
};

// PEM texts of the certificates and of the key. Leaves no error in OpenSSL's queue.
certificate_facts read_certificate_facts(std::string_view certificates, std::string_view key);

}  // namespace latchkey::doctor
