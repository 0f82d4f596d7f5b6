#include "config_report.hpp"

#include "config_text.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace latchkey::app {
void report::add(const toml::source_region& at, std::string_view key, std::string message) {
  diagnostic problem{.source = at.path ? *at.path : file_,
                     .key = std::string{key},
                     // What other layers throw has the texts of the file as they are.
                     .message = without_controls(message)};
  // An override has one line of no interest; its source says all.
  if (problem.source == file_) {
    problem.line = std::max(at.begin.line, 1U);
    problem.column = std::max(at.begin.column, 1U);
  }
  problems_.push_back(std::move(problem));
}

void report::add_found(std::string_view key, std::string message) {
  if (blames(key)) return;
  auto enclosing = key;
  auto found = positions_.find(enclosing);
  while (found == positions_.end() && !enclosing.empty()) {
    const auto dot = enclosing.rfind('.');
    enclosing = enclosing.substr(0, dot == enclosing.npos ? 0 : dot);
    found = positions_.find(enclosing);
  }
  add(found == positions_.end() ? toml::source_region{} : found->second, key, std::move(message));
}

void report::add_source(std::string source, std::string_view key, std::string message) {
  problems_.push_back({std::move(source), 0, 0, std::string{key}, without_controls(message)});
}

bool report::blames(std::string_view key) const {
  // What is wrong with an item of an array is wrong with the key, and what is wrong with the key is
  // wrong with its items.
  const auto within = [](std::string_view inner, std::string_view outer) {
    return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '.');
  };
  return std::any_of(problems_.begin(), problems_.end(), [&](const diagnostic& one) {
    return within(one.key, key) || (!one.key.empty() && within(key, one.key));
  });
}

diagnostics report::take() {
  const auto position = [this](const diagnostic& one) {
    return std::tuple{one.source != file_, one.line, one.column};
  };
  std::stable_sort(
      problems_.begin(), problems_.end(),
      [&position](const diagnostic& a, const diagnostic& b) { return position(a) < position(b); });
  return std::move(problems_);
}

}  // namespace latchkey::app
