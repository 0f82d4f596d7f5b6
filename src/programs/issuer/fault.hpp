// A fault that the development issuer is told to show for one of its documents, by a control
// request or on the command line. Not for showing it: that is fault_switch.
#pragma once

#include "issuer/fault_kind.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::issuer {

struct fault {
  std::string document = "jwks";     // or "configuration"
  const fault_kind* kind = nullptr;  // of fault_kinds()
  std::optional<unsigned> status;
  std::chrono::milliseconds delay{0};       // before anything else
  std::chrono::milliseconds interval{400};  // between two bytes that drip
  std::optional<std::string> location;      // for a redirect
  std::optional<std::string> cache_control;
  std::optional<std::string> retry_after;

  // What a fault without a kind is made of, beside the above.
  bool hold = false;                // never answer, until the fault is lifted
  bool cut_off = false;             // end the connection within the body
  std::optional<std::string> body;  // in the place of the document
  std::size_t padding = 0;          // bytes of white space after the body
};

// Reads a fault as a JSON object of members named as above, `delay` as `delay_ms` and `interval` as
// `interval_ms`, each optional; what the kind needs and is not given gets its default. Nothing for
// any other text, with the reason in `why`.
std::optional<fault> parse_fault(std::string_view text, std::string& why);

// The same as KIND[,name=value...], for the command line.
std::optional<fault> parse_fault_option(std::string_view text, std::string& why);

}  // namespace latchkey::issuer
