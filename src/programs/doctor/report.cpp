#include "report.hpp"

#include "latchkey/show.hpp"
#include "words.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string_view>

namespace latchkey::doctor {
namespace {

constexpr std::size_t state_width = 9;
constexpr std::size_t check_width = 14;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

totals count(const findings& all) {
  totals made;
  for (const auto& one : all) {
    made.ok += one.state == grade::ok ? 1U : 0U;
    made.warnings += one.state == grade::warning ? 1U : 0U;
    made.faults += one.state == grade::fault ? 1U : 0U;
  }
  return made;
}

std::string_view name_of(grade state) {
  switch (state) {
    case grade::ok:
      return "ok";
    case grade::warning:
      return "warning";
    case grade::fault:
      break;
  }
  return "fault";
}

std::string table_text(const findings& all) {
  std::string text;
  for (const auto& one : all) {
    text += padded(std::string{name_of(one.state)}, state_width) +
            padded(programs::printable(one.check), check_width) + ' ';
    if (!one.subject.empty()) text += programs::printable(one.subject) + ": ";
    text += programs::printable(one.found) + '\n';
    if (one.advice.empty()) continue;
    text += std::string(state_width, ' ') + "-> " + programs::printable(one.advice) + '\n';
  }
  const auto sum = count(all);
  text += std::to_string(sum.ok) + " ok, " + counted(sum.warnings, "warning") + ", " +
          counted(sum.faults, "fault") + '\n';
  return text;
}

boost::json::object report_json(const findings& all) {
  boost::json::array list;
  for (const auto& one : all) {
    const auto state = name_of(one.state);
    list.emplace_back(
        boost::json::object{{"state", boost::json::string_view{state.data(), state.size()}},
                            {"check", one.check},
                            {"subject", one.subject},
                            {"found", one.found},
                            {"advice", one.advice}});
  }
  const auto sum = count(all);
  return {{"ok", sum.ok},
          {"warnings", sum.warnings},
          {"faults", sum.faults},
          {"findings", std::move(list)}};
}

}  // namespace latchkey::doctor
