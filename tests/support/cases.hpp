// The name of a case in a table of tests. Not for tables whose cases have no `name`.
#pragma once

namespace latchkey::support {

// For INSTANTIATE_TEST_SUITE_P: every case is a struct with a member `name` of letters, digits and
// underscores.
inline constexpr auto case_name = [](const auto& one) { return one.param.name; };

}  // namespace latchkey::support
