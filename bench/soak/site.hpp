// The configuration of the server of a soak, as text. Pure; not for putting it to use.
#pragma once

#include "soak/world.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::bench::soak {

inline constexpr std::string_view read_scope = "example:note:read";

// In turn. Bodies that are sent fit into both, into one, or into none of them.
inline constexpr std::array<std::size_t, 2> body_limits{1'000, 4'000};

struct site_setting {
  std::uint16_t port = 0;
  std::uint16_t admin_port = 0;
  std::uint16_t upstream_port = 0;
  std::string issuer;
  std::string certificate;  // paths
  std::string private_key;
  site_state state;
};

std::string site_text(const site_setting& with);

// The same with what a reload has to refuse: "not-toml", "unknown-key", "missing-file". Throws
// std::invalid_argument for another kind.
std::string broken_site_text(site_setting with, std::string_view kind);

}  // namespace latchkey::bench::soak
