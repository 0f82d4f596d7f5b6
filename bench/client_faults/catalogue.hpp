// All rows of client-faults: their names and what each requires. Not for selecting rows.
#pragma once

#include "client_faults/beside.hpp"
#include "idp_faults/catalogue.hpp"

#include <vector>

namespace latchkey::bench::client_faults {

std::vector<fault> faults();
// The same as cases to be run.
std::vector<idp_faults::fault_case> catalogue();

}  // namespace latchkey::bench::client_faults
