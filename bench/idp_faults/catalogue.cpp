#include "idp_faults/catalogue.hpp"

namespace latchkey::bench::idp_faults {

std::vector<fault_case> catalogue() {
  std::vector<fault_case> all;
  add_start_cases(all);
  add_unknown_kid_cases(all);
  add_rotation_cases(all);
  add_rotating_load_cases(all);
  add_fault_kind_cases(all);
  add_drip_cases(all);
  add_memory_cases(all);
  add_redirect_cases(all);
  add_certificate_cases(all);
  add_neighbour_cases(all);
  return all;
}

}  // namespace latchkey::bench::idp_faults
