#include "idp_faults/report.hpp"

#include "common/machine.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace latchkey::bench::idp_faults {
namespace {

std::size_t failed(std::span<const row> rows) {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const row& one) {
    return !one.ok && !one.skipped && !one.beside;
  }));
}

std::size_t beside(std::span<const row> rows) {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [](const row& one) { return one.beside && !one.skipped; }));
}

std::size_t skipped(std::span<const row> rows) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const row& one) { return one.skipped; }));
}

// Lines of at most `width`, broken at spaces.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string_view rest{text};
  while (rest.size() > width) {
    auto end = rest.rfind(' ', width);
    if (end == rest.npos || end == 0) end = width;
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  }
  lines.emplace_back(rest);
  return lines;
}

constexpr std::size_t text_width = 52;

std::size_t name_width(std::span<const row> rows) {
  std::size_t widest = 0;
  for (const auto& one : rows) widest = std::max(widest, one.name.size());
  return std::max<std::size_t>(widest, 5);
}

void put_line(std::string& out, std::size_t name_width, const std::string& name,
              const std::string& required, const std::string& measured, const char* ok) {
  auto line = fmt::format("{:<{}}  {:<{}}  {:<{}}  {}", name, name_width, required, text_width,
                          measured, text_width, ok);
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

void put_row(std::string& out, std::size_t name_width, const row& one) {
  const auto required = wrapped(one.required, text_width);
  const auto measured = wrapped(one.measured, text_width);
  for (std::size_t i = 0; i < std::max(required.size(), measured.size()); ++i) {
    put_line(out, name_width, i == 0 ? one.name : "", i < required.size() ? required[i] : "",
             i < measured.size() ? measured[i] : "",
             i != 0        ? ""
             : one.skipped ? "skipped"
             : one.beside  ? "beside"
             : one.ok      ? "ok"
                           : "FAILED");
  }
}

}  // namespace

std::string text_of(std::span<const row> rows, bool stopped, const char* head) {
  std::string out;
  const auto width = name_width(rows);
  put_line(out, width, head, "required", "measured", "");
  for (const auto& one : rows) put_row(out, width, one);
  const auto bad = failed(rows);
  const auto left_out = skipped(rows);
  const auto run = rows.size() - left_out - beside(rows);
  if (run == 0) {
    out += fmt::format("\n0 judged, {} skipped.\n", left_out);
  } else {
    out += bad == 0 ? fmt::format("\nAll {} hold.\n", run)
                    : fmt::format("\n{} of {} FAILED.\n", bad, run);
    if (left_out != 0) out += fmt::format("{} skipped.\n", left_out);
  }
  if (stopped) out += "Stopped before the end.\n";
  return out;
}

boost::json::object json_of(std::span<const row> rows, bool quick, bool stopped) {
  boost::json::array all;
  for (const auto& one : rows) {
    all.push_back(boost::json::object{{"fault", one.name},
                                      {"required", one.required},
                                      {"measured", one.measured},
                                      {"ok", one.ok},
                                      {"skipped", one.skipped},
                                      {"beside", one.beside}});
  }
  return {{"ok", failed(rows) == 0 && !stopped},
          {"failed", failed(rows)},
          {"skipped", skipped(rows)},
          {"stopped", stopped},
          {"rows", std::move(all)},
          {"machine", bench::json_of(this_machine())},
          {"settings", boost::json::object{{"quick", quick}}}};
}

}  // namespace latchkey::bench::idp_faults
