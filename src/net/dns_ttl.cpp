#include <latchkey/core/time.hpp>
#include <latchkey/net/dns_ttl.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

// After the C++ headers: its macros have common names.
#include <arpa/nameser.h>
#include <netinet/in.h>

#include <resolv.h>

namespace latchkey::net {
namespace {

// As long as an answer over TCP can be (RFC 1035 section 4.2.2).
constexpr std::size_t max_message = std::size_t{64} * 1024;
// Name servers that are this slow would be slow again, and somebody waits for the addresses.
constexpr std::chrono::seconds slow{5};

// The state of the resolver: of this lookup alone, as other threads have others.
class questions {
 public:
  questions() : ready_{::res_ninit(&state_) == 0} {
    state_.retrans = 1;
    state_.retry = 1;
    state_.nscount = std::min(state_.nscount, 1);
  }
  questions(const questions&) = delete;
  questions& operator=(const questions&) = delete;
  ~questions() {
    if (ready_) ::res_nclose(&state_);
  }

  std::optional<std::chrono::seconds> ask(const std::string& host, int type) {
    if (!ready_) return std::nullopt;
    std::array<unsigned char, max_message> answer;
    const int size = ::res_nsearch(&state_, host.c_str(), ns_c_in, type, answer.data(),
                                   static_cast<int>(answer.size()));
    if (size <= 0) return std::nullopt;
    return least_ttl({answer.data(), std::min(static_cast<std::size_t>(size), answer.size())});
  }

 private:
  struct __res_state state_{};
  bool ready_;
};

}  // namespace

std::optional<std::chrono::seconds> least_ttl(std::span<const unsigned char> message) {
  ns_msg parsed;
  if (message.size() > std::numeric_limits<int>::max() ||
      ::ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) != 0) {
    return std::nullopt;
  }
  std::optional<std::chrono::seconds> least;
  for (int i = 0; i < ns_msg_count(parsed, ns_s_an); ++i) {
    ns_rr record;
    if (::ns_parserr(&parsed, ns_s_an, i, &record) != 0) return std::nullopt;
    const std::uint32_t told = ns_rr_ttl(record);
    const std::chrono::seconds ttl{told > std::numeric_limits<std::int32_t>::max() ? 0 : told};
    least = std::min(least.value_or(ttl), ttl);
  }
  return least;
}

core::result<found_addresses> lookup_with_ttl(const std::string& host) {
  const auto began = core::steady_time::clock::now();
  auto found = system_lookup(host);
  if (found.has_error() || core::steady_time::clock::now() - began > slow) return found;
  questions of;
  const auto has = [&found](bool v4) {
    const auto& all = found->all;
    return std::any_of(all.begin(), all.end(), [v4](const auto& one) { return one.is_v4() == v4; });
  };
  for (const auto& [wanted, type] : {std::pair{has(true), ns_t_a}, {has(false), ns_t_aaaa}}) {
    if (!wanted) continue;
    const auto ttl = of.ask(host, type);
    if (ttl) found->ttl = std::min(found->ttl.value_or(*ttl), *ttl);
  }
  return found;
}

}  // namespace latchkey::net
