// Raises the limit of open descriptors, for thousands of connections. Not for counting them.
#pragma once

namespace latchkey::bench {

// Sets the soft limit to the hard limit (RLIMIT_NOFILE). Child processes inherit it.
void raise_descriptor_limit();

}  // namespace latchkey::bench
