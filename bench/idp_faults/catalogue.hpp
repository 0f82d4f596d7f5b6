// All rows of idp-faults: their names and what runs them. Not for selecting rows.
#pragma once

#include "harness/test_env.hpp"
#include "idp_faults/report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace latchkey::bench::idp_faults {

using namespace harness;  // what a row starts and asks

struct fault_case {
  std::string name;
  // What goes wrong with the measuring itself is thrown. The row it gives need not be named.
  std::function<async::task<row>(test_env&)> run;
  // Measures times or load: nothing else runs beside it.
  bool exclusive = true;
};

// In the order in which they are run and reported.
std::vector<fault_case> catalogue();

// Each file of cases adds its own.
void add_start_cases(std::vector<fault_case>& all);
void add_unknown_kid_cases(std::vector<fault_case>& all);
void add_rotation_cases(std::vector<fault_case>& all);
void add_rotating_load_cases(std::vector<fault_case>& all);
void add_fault_kind_cases(std::vector<fault_case>& all);
void add_drip_cases(std::vector<fault_case>& all);
void add_memory_cases(std::vector<fault_case>& all);
void add_redirect_cases(std::vector<fault_case>& all);
void add_certificate_cases(std::vector<fault_case>& all);
void add_neighbour_cases(std::vector<fault_case>& all);

}  // namespace latchkey::bench::idp_faults
