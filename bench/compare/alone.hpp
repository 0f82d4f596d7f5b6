// What latchkey costs under other settings of its own: many connections, two workers. Not for
// comparing it with others.
#pragma once

#include "compare/field.hpp"
#include "compare/figures.hpp"
#include "compare/rounds.hpp"

#include <optional>
#include <string_view>

namespace latchkey::bench::compare {

// The value of the sample of that name, without labels, on a page of metrics.
std::optional<double> metric_value(std::string_view page, std::string_view name);

// A request's cost over few connections and over many, counted between two moments after all have
// shaken hands: handshakes are no part of it. Hot tokens.
async::task<> measure_connections(field& on, compare_options asked, tell say, setting_pair& into);

// One worker and two, every request with its signature. Needs cores().two_servers.
async::task<> measure_workers(field& on, compare_options asked, tell say, setting_pair& into);

}  // namespace latchkey::bench::compare
