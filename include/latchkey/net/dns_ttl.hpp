// For how long a name server vouches for the addresses of a name. Not for the addresses: which of
// them are used, and where they come from, is the system's to say.
#pragma once

#include <latchkey/net/resolve.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace latchkey::net {

// The least time to live among the answers of a DNS message (RFC 1035 section 4.1): the addresses,
// and the aliases that led to them. A time above 2^31 - 1 counts as none (RFC 2181 section 8).
// Nothing where the message is none, or has no answers.
std::optional<std::chrono::seconds> least_ttl(std::span<const unsigned char> message);

// As system_lookup, and then asks the name servers for how long that holds: a second at most for
// each question. Without it where they do not say, or the system was slow to find the addresses.
core::result<found_addresses> lookup_with_ttl(const std::string& host);

}  // namespace latchkey::net
