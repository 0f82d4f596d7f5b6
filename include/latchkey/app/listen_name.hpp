// "systemd:NAME", where an address to listen at is asked for: the socket of that name which the
// service manager has opened. Not for finding it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace latchkey::app {

// The name, a view of `text`; nothing where it is none. systemd.socket(5), FileDescriptorName=:
// printable ASCII without a colon.
inline std::optional<std::string_view> listen_name(std::string_view text) {
  constexpr std::string_view prefix = "systemd:";
  constexpr std::size_t longest = 255;
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const bool sound = std::all_of(text.begin(), text.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7F && c != ':'; });
  if (text.empty() || text.size() > longest || !sound) return std::nullopt;
  return text;
}

}  // namespace latchkey::app
