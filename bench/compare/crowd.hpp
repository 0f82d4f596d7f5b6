// What a request costs a server over few connections and over many. Not for how many it can have.
#pragma once

#include "compare/field.hpp"
#include "compare/figures.hpp"
#include "compare/rounds.hpp"

#include <map>
#include <vector>

namespace latchkey::bench::compare {

// Whether so many connections can all have their answers in time. The application cannot.
bool bears_crowds(contender which);

// Of each of them, in turn, hot tokens. The processor's time is taken between two moments after all
// connections have shaken hands: handshakes are no part of it.
async::task<> measure_crowds(field& on, std::vector<contender> all, compare_options asked, tell say,
                             std::map<contender, crowd_figures>& into);

}  // namespace latchkey::bench::compare
