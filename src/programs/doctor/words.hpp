// Lists and counts in words, for findings. Not for deciding what is said.
#pragma once

#include <latchkey/app/log.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/pem_file.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::doctor {

// "a, b, c", and "..." in the place of what is more than `most`.
inline std::string listed(const std::vector<std::string>& all, std::size_t most = 8) {
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < most; ++i) text += (i == 0 ? "" : ", ") + all[i];
  return all.size() > most ? text + ", ..." : text;
}

// "1 fault", "2 faults".
inline std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string{what} + (count == 1 ? "" : "s");
}

// The end of a certificate, of which those past net::last_moment are all held to be that.
inline std::string end_text(core::wall_time until) {
  return app::format_time(until) + (until < net::last_moment ? "" : " or later");
}

}  // namespace latchkey::doctor
