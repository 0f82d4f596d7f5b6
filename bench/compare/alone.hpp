// What latchkey costs with two workers instead of one. Not for comparing it with others.
#pragma once

#include "compare/field.hpp"
#include "compare/figures.hpp"
#include "compare/rounds.hpp"

namespace latchkey::bench::compare {

// One worker and two, every request with its signature. Where cores().shared, only the cost of a
// request tells whether they are in each other's way.
async::task<> measure_workers(field& on, compare_options asked, tell say, setting_pair& into);

}  // namespace latchkey::bench::compare
