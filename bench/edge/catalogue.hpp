// All rows of `latchkey-bench edge`. Not for selecting them.
#pragma once

#include "edge/options.hpp"
#include "edge/proxies.hpp"
#include "idp_faults/catalogue.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::edge {

using idp_faults::fault_case;
using idp_faults::row;

// In the order in which they are run and reported.
std::vector<fault_case> catalogue(const edge_options& options);

// Whether the row is of another proxy than latchkey: "stale-pool:nginx". It is shown beside
// latchkey's and not judged.
bool is_of_neighbour(std::string_view name);

// A row for latchkey and one for each neighbour, which is skipped where that is not installed.
void add_for_all(std::vector<fault_case>& all, const std::string& name,
                 const std::function<async::task<row>(test_env&, proxy)>& run, bool exclusive);

// Each file of rows adds its own.
void add_stale_pool(std::vector<fault_case>& all);
void add_tagged_answers(std::vector<fault_case>& all);
void add_takeover(std::vector<fault_case>& all);
void add_attacks(std::vector<fault_case>& all, const edge_options& options);
void add_identity(std::vector<fault_case>& all);
void add_cost(std::vector<fault_case>& all);
void add_events(std::vector<fault_case>& all);
void add_websocket(std::vector<fault_case>& all);
void add_slow_peers(std::vector<fault_case>& all);
void add_bulk(std::vector<fault_case>& all);

}  // namespace latchkey::bench::edge
