// What has become of an address of an upstream, for the log. Not for counting: upstream_counts.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <string_view>

namespace latchkey::edge {

// Views are valid during the call that it is passed to.
struct address_event {
  std::string_view upstream;
  std::string_view address;
  std::string_view what;  // "healthy", "unhealthy", "ejected", "resolved", "unresolved"
  core::error_code error = {};
  core::steady_time until = {};  // of an ejection
};

}  // namespace latchkey::edge
