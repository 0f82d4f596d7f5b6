// One address of an upstream: where it is and how it is spoken to. Not for what is known of its
// health: address_health.
#pragma once

#include <latchkey/async/task.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// As the configuration names it.
struct named_place {
  bool secure = false;  // by TLS
  std::string host;     // a name, or an address without brackets
  std::uint16_t port = 0;
  std::string authority;  // host and port as in a URL, without the scheme's own port
};

// After names have been turned into addresses.
struct place {
  std::string text;  // "10.0.0.5:9000", "[::1]:9000": names it in logs and metrics
  async::tcp::endpoint where;
  bool secure = false;
  std::string host;       // whom its certificate has to be for
  std::string authority;  // for the Host field

  bool operator==(const place&) const = default;
};

// "http://host:port" or "https://host:port", the port optional, a lone "/" behind it allowed.
// Nothing for anything else.
std::optional<named_place> parse_place(std::string_view url);

// The places of the endpoints that `name` has been resolved to. `server_name`: in the place of the
// host of its certificate, unless empty.
std::vector<place> places_of(const named_place& name, std::string_view server_name,
                             const std::vector<async::tcp::endpoint>& found);

// The texts of places, in their order.
std::vector<std::string> texts_of(const std::vector<place>& all);

// How long the addresses of a name are used that its name server vouches for: a second even where
// it asks for less, a day at most.
std::chrono::milliseconds used_for(std::chrono::seconds ttl);

}  // namespace latchkey::edge
