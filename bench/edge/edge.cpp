#include "edge/edge.hpp"

#include "edge/catalogue.hpp"
#include "idp_faults/run_cases.hpp"

#include <algorithm>

namespace latchkey::bench {

std::string problem_of_edge(const edge_options& options) {
  return idp_faults::problem_of(edge::catalogue(options), options.rows);
}

idp_faults_outcome run_edge(const edge_options& options, const command_env& env) {
  auto all = edge::catalogue(options);
  // They are not judged, and would take most of the time. Asked for by name they are run.
  if (options.rows.quick) {
    std::erase_if(all, [&](const idp_faults::fault_case& one) {
      const auto& named = options.rows.only;
      return edge::is_of_neighbour(one.name) &&
             std::find(named.begin(), named.end(), one.name) == named.end();
    });
  }
  return idp_faults::run_cases(std::move(all), options.rows, env);
}

}  // namespace latchkey::bench
