// Names to addresses under a deadline. The system's resolver can neither be interrupted nor
// trusted to return, so each lookup blocks a thread of its own that nobody waits for. Not a cache.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::net {

// What a lookup found.
struct found_addresses {
  addresses all;
  // For how long that holds; nothing where nobody said so.
  std::optional<std::chrono::seconds> ttl = {};
};

// Asks for the addresses of a name; may block for as long as it likes, and throw.
using name_lookup = std::function<core::result<found_addresses>(const std::string& host)>;

// getaddrinfo, for both families; it tells no time to live. The errors are those of Asio's
// resolver.
core::result<found_addresses> system_lookup(const std::string& host);

struct found_endpoints {
  std::vector<async::tcp::endpoint> all;
  std::optional<std::chrono::seconds> ttl = {};  // as above
};

// Copies share one allowance of lookups; every thread may call it. What a lookup needs lives for as
// long as it runs, after the last copy and after main as well: no destructor waits for one.
class resolver {
 public:
  static constexpr std::size_t usual_lookups = 4;

  resolver() : resolver{system_lookup} {}
  // At most `max_lookups` are out at a time.
  explicit resolver(name_lookup ask, std::size_t max_lookups = usual_lookups);

  // One that knows of the same lookups and has an allowance of its own, for another user: whoever
  // waits for names that are never answered uses up no one else's.
  resolver for_another_user() const;

  // Runs on the caller's executor. errc::timeout at the deadline, errc::too_many_lookups, else what
  // the lookup reported. An address, and "localhost" (RFC 6761 section 6.3), are never looked up,
  // nor is what is neither an address in its usual form nor a host's name (core/host_name.hpp),
  // which is asio::error::host_not_found.
  // A name that is being looked up already is waited for, not asked anew.
  async::task<core::result<found_endpoints>> resolve(std::string host, std::uint16_t port,
                                                     core::deadline until) const;

 private:
  struct allowance;
  struct lookups;

  std::shared_ptr<lookups> lookups_;
  std::shared_ptr<allowance> allowance_;
};

}  // namespace latchkey::net
