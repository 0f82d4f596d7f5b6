// Which clients have had their share of the fetches that unknown kids cause, so that one who floods
// leaves the next fetch to the others. Pure. Not for limiting requests.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::auth {

// What counts as one client: an IPv4 address, or the /64 network of an IPv6 address, since whoever
// has one address of it mostly has them all. Other texts stand for themselves, cut short.
std::string client_network(std::string_view address);

// A bounded list, oldest out first.
class client_shares {
 public:
  // The client has caused a fetch in vain, and shall cause none until `until`.
  void charge(std::string_view client, core::steady_time until);
  bool spent(std::string_view client, core::steady_time now) const;

 private:
  static constexpr std::size_t most = 64;
  struct entry {
    std::string network;
    core::steady_time until;
  };
  std::vector<entry> list_;
};

}  // namespace latchkey::auth
