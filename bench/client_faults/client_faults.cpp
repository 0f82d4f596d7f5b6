#include "client_faults/client_faults.hpp"

#include "client_faults/catalogue.hpp"
#include "idp_faults/run_cases.hpp"

namespace latchkey::bench {

std::string problem_of_client_faults(const idp_faults_options& options) {
  return idp_faults::problem_of(client_faults::catalogue(), options);
}

idp_faults_outcome run_client_faults(const idp_faults_options& options, const command_env& env) {
  return idp_faults::run_cases(client_faults::catalogue(), options, env);
}

}  // namespace latchkey::bench
