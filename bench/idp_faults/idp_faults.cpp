#include "idp_faults/idp_faults.hpp"

#include "idp_faults/run_cases.hpp"

namespace latchkey::bench {

std::string problem_of(const idp_faults_options& options) {
  return idp_faults::problem_of(idp_faults::catalogue(), options);
}

idp_faults_outcome run_idp_faults(const idp_faults_options& options, const command_env& env) {
  return idp_faults::run_cases(idp_faults::catalogue(), options, env);
}

}  // namespace latchkey::bench
