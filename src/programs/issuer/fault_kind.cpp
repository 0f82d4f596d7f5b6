#include "issuer/fault_kind.hpp"

#include "issuer/fault_answer.hpp"
#include "issuer/fault_listener.hpp"
#include "issuer/fault_raw.hpp"

#include <algorithm>
#include <vector>

namespace latchkey::issuer {

std::span<const fault_kind> fault_kinds() {
  static const auto all = [] {
    std::vector<fault_kind> rows;
    for (const auto some :
         {answer_faults(), wire_faults(), listener_faults(), certificate_faults()}) {
      rows.insert(rows.end(), some.begin(), some.end());
    }
    return rows;
  }();
  return all;
}

const fault_kind* find_kind(std::string_view name) {
  const auto all = fault_kinds();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string kind_names() {
  std::string names;
  for (const auto& one : fault_kinds()) {
    if (!names.empty()) names += ", ";
    names += one.name;
  }
  return names;
}

}  // namespace latchkey::issuer
