#include "idp_faults/options.hpp"

namespace latchkey::bench::idp_faults {

bool means(std::string_view wanted, std::string_view row) {
  return wanted == row || wanted == row.substr(0, row.find(':'));
}

}  // namespace latchkey::bench::idp_faults
