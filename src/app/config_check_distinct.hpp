// Lists of a configuration whose items differ. Not for what items of several lists say together.
#pragma once

#include "config_report.hpp"
#include "config_rules.hpp"
#include "config_text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace latchkey::app {

inline std::string shown_item(const std::string& item) {
  return shown_string(item);
}

inline std::string shown_item(const jose::claim_value& item) {
  const auto* text = std::get_if<std::string>(&item);
  return text != nullptr ? shown_string(*text) : rule::scalar{}.write(item);
}

// Reports each item that stands in the list a second time.
template <class Item>
void check_distinct(const std::vector<Item>& items, const std::string& key, report& problems) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto here = items.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(items.begin(), here, *here) == here) continue;
    problems.add_found(key + '.' + std::to_string(i),
                       "found " + shown_item(*here) + " a second time; once is enough");
  }
}

}  // namespace latchkey::app
