// All rows of bad clients: their names and what each requires. Not for choosing among them.
#pragma once

#include "client_faults/beside.hpp"
#include "idp_faults/catalogue.hpp"

#include <vector>

namespace latchkey::bench::client_faults {

std::vector<fault> faults();
// The same as cases to be run.
std::vector<idp_faults::fault_case> catalogue();

}  // namespace latchkey::bench::client_faults
