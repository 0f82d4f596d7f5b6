#include "soak/report.hpp"

#include "common/text_table.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace latchkey::bench::soak {
namespace {

namespace json = boost::json;

constexpr std::size_t shown = 20;
constexpr double mebibyte = 1024.0 * 1024.0;

std::string time_text(std::chrono::milliseconds at) {
  return fmt::format("{:.3f} s", static_cast<double>(at.count()) / 1000);
}

std::string number(std::uint64_t value) {
  return grouped(static_cast<double>(value));
}

std::string status_text(unsigned status) {
  return status == no_answer ? "no answer" : std::to_string(status);
}

std::string statuses_text(const token_counts& of) {
  std::string text;
  for (const auto& [status, count] : of.statuses) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number(count), status_text(status));
  }
  return text;
}

idp_faults::row row_of(std::string name, std::string required, std::string measured, bool ok) {
  idp_faults::row made;
  made.name = std::move(name);
  made.required = std::move(required);
  made.measured = std::move(measured);
  made.ok = ok;
  return made;
}

idp_faults::row memory_row(const outcome& made) {
  const auto& memory = made.memory;
  const auto around = std::chrono::duration_cast<std::chrono::seconds>(memory.around).count();
  auto row = row_of(
      "memory",
      fmt::format(
          "resident memory at the end at most {:.0f} % above that at {} s{}: medians of {} s "
          "around that moment and before the end",
          memory.allowed * 100, memory.reference.count(),
          memory.allowed > 0.02 ? ", a loose bound since the run is under half an hour" : "",
          2 * around),
      fmt::format("{:.1f} MiB, then {:.1f} MiB: {:+.1f} %", memory.before / mebibyte,
                  memory.after / mebibyte, memory.growth() * 100),
      memory.holds());
  row.skipped = !memory.whole && made.stopped;
  return row;
}

idp_faults::row descriptors_row(const outcome& made) {
  const auto& counts = made.descriptors;
  auto row = row_of("descriptors",
                    "as many open as before the load, once it has ended and what was idle is gone",
                    counts.after ? fmt::format("{}, then {}", counts.before, *counts.after)
                                 : std::string{"not counted"},
                    counts.after && *counts.after <= counts.before);
  row.skipped = !counts.after && made.stopped;
  return row;
}

std::string troubles_text(const std::vector<std::string>& all) {
  if (all.empty()) return "0";
  return fmt::format("{}, the first: {}", all.size(), all.front());
}

std::string tokens_table(const tally& counted) {
  text_table table{{"token", "sent", "wrong", "answers"}};
  for (const auto& [name, counts] : counted.tokens()) {
    table.add({name, number(counts.sent), number(counts.wrong), statuses_text(counts)});
  }
  return table.text();
}

std::string wrong_table(const tally& counted) {
  const auto& all = counted.kept();
  if (all.empty()) return {};
  const auto count = std::min(all.size(), shown);
  text_table table{{"time", "token", "request", "right", "got"}};
  for (std::size_t i = 0; i < count; ++i) {
    table.add({time_text(all[i].at), all[i].token, all[i].to, all[i].expected, all[i].got});
  }
  return fmt::format("\nWrong answers, the first {} of {}:\n{}", count, number(counted.wrong()),
                     table.text());
}

}  // namespace

std::vector<idp_faults::row> rows_of(const outcome& made) {
  std::vector<idp_faults::row> all;
  all.push_back(row_of("answers", "each right for its token at its moment: 0 wrong",
                       fmt::format("{} requests, {} wrong", number(made.counted.sent()),
                                   number(made.counted.wrong())),
                       made.counted.sent() > 0 && made.counted.wrong() == 0));
  all.back().skipped = made.stopped && made.counted.sent() == 0;
  all.push_back(row_of("connections", "none cut: ended by the server between two requests 0",
                       number(made.ended_idle), made.ended_idle == 0));
  all.push_back(row_of(
      "changes",
      "reloads taken or refused as they should be, with the certificate they name; tunnels neither "
      "cut nor left open, and right: 0 otherwise",
      troubles_text(made.troubles), made.troubles.empty()));
  all.push_back(memory_row(made));
  all.push_back(descriptors_row(made));
  if (!made.stopped) {
    all.push_back(row_of("end", "the server lives to the end, and SIGTERM ends it with status 0",
                         made.status ? fmt::format("status {}", *made.status) : "it did not end",
                         made.status == 0));
  }
  if (!made.fault.empty()) all.push_back(row_of("run", "to its end", made.fault, false));
  return all;
}

bool holds(const outcome& made) {
  const auto rows = rows_of(made);
  return std::all_of(rows.begin(), rows.end(),
                     [](const idp_faults::row& one) { return one.ok || one.skipped; });
}

std::string text_of(const outcome& made) {
  const auto rows = rows_of(made);
  auto text =
      fmt::format("Seed {}, {} of {} s.\n\n", made.seed, time_text(made.ran), made.planned.count());
  text += idp_faults::text_of(rows, made.stopped, "what");
  text += "\n" + tokens_table(made.counted) + "\n";
  text_table table{{"what happened", "times"}};
  for (const auto& [what, times] : made.done) table.add({what, number(times)});
  text += table.text() + wrong_table(made.counted);
  if (made.troubles.size() > 1) {
    text += "\nChanges that went wrong:\n";
    for (std::size_t i = 0; i < std::min(made.troubles.size(), shown); ++i) {
      text += made.troubles[i] + "\n";
    }
  }
  return text;
}

json::object json_of(const outcome& made) {
  const auto rows = rows_of(made);
  auto all = idp_faults::json_of(rows, false, made.stopped);
  all["settings"] = json::object{{"seed", made.seed}, {"duration_s", made.planned.count()}};
  all["ran_s"] = static_cast<double>(made.ran.count()) / 1000;
  json::array tokens;
  for (const auto& [name, counts] : made.counted.tokens()) {
    json::object statuses;
    for (const auto& [status, count] : counts.statuses) statuses[status_text(status)] = count;
    tokens.push_back(json::object{{"token", name},
                                  {"sent", counts.sent},
                                  {"wrong", counts.wrong},
                                  {"answers", std::move(statuses)}});
  }
  all["tokens"] = std::move(tokens);
  json::array wrong;
  for (const auto& one : made.counted.kept()) {
    wrong.push_back(json::object{{"at_s", static_cast<double>(one.at.count()) / 1000},
                                 {"token", one.token},
                                 {"request", one.to},
                                 {"right", one.expected},
                                 {"got", one.got}});
  }
  all["wrong_answers"] = std::move(wrong);
  all["troubles"] = json::array(made.troubles.begin(), made.troubles.end());
  all["memory"] = json::object{{"before_bytes", made.memory.before},
                               {"after_bytes", made.memory.after},
                               {"growth", made.memory.growth()},
                               {"allowed", made.memory.allowed}};
  json::object done;
  for (const auto& [what, times] : made.done) done[what] = times;
  all["happened"] = std::move(done);
  return all;
}

std::string progress_line(const outcome& so_far, std::size_t resident_bytes,
                          std::size_t descriptors) {
  return fmt::format("{} min: {} requests, {} wrong, {} other troubles; {:.1f} MiB, {} descriptors",
                     std::chrono::duration_cast<std::chrono::minutes>(so_far.ran).count(),
                     number(so_far.counted.sent()), number(so_far.counted.wrong()),
                     so_far.troubles.size(), static_cast<double>(resident_bytes) / mebibyte,
                     descriptors);
}

}  // namespace latchkey::bench::soak
