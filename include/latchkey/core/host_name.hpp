// What every reader takes for the name of a host and none for an address. Pure text; not for
// resolving, nor for where a name leads.
#pragma once

#include <string_view>

namespace latchkey::core {

// True for letters, digits, '-', '_' and single dots, one of them at the end perhaps. Not for a
// name whose last label is a number ("127.1", "2130706433", "0x7f000001", "127.0.0.1."): resolvers
// read it as an address, in whatever base ("ends in a number" of the URL Standard, section 3.5).
bool is_host_name(std::string_view name);

}  // namespace latchkey::core
