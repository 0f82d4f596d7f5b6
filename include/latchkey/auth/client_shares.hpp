// Shares the fetches that unknown kids cause among the clients, so that one client that floods does
// not use up those of the others. Pure. Not for limiting requests.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::auth {

// Of clients as core/client_network tells them apart. A bounded list; the oldest entry is evicted
// first.
class client_shares {
 public:
  // Records that the client has caused a fetch that did not bring its key; it may cause none until
  // `until`.
  void charge(std::string_view client, core::steady_time until);
  bool spent(std::string_view client, core::steady_time now) const;

 private:
  static constexpr std::size_t most = 64;
  struct entry {
    std::string key;
    core::steady_time until;
  };
  std::vector<entry> list_;
};

}  // namespace latchkey::auth
