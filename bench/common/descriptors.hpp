// Room for thousands of connections. Not for counting them.
#pragma once

namespace latchkey::bench {

// As many descriptors as this process may ask for, which is more than many systems give at first.
// Programs that it starts inherit the limit.
void raise_descriptor_limit();

}  // namespace latchkey::bench
