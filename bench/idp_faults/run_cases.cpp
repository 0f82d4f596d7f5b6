#include "idp_faults/run_cases.hpp"

#include "common/descriptors.hpp"
#include "common/progress.hpp"
#include "common/run_to_end.hpp"
#include "idp_faults/report.hpp"
#include "load/together.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <ostream>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

// How many rows that measure no load run at once, each with programs of its own.
constexpr std::size_t most_at_once = 10;

bool is_wanted(const idp_faults_options& options, const std::string& name) {
  return options.only.empty() ||
         std::any_of(options.only.begin(), options.only.end(),
                     [&](const std::string& one) { return means(one, name); });
}

// One run: the rows in the order of the catalogue, of those that came to an end.
class run_of_faults {
 public:
  run_of_faults(std::vector<fault_case> cases, const idp_faults_options& options,
                const idp_faults_surroundings& around)
      : cases_{std::move(cases)},
        rows_(cases_.size()),
        around_{around},
        line_{around.err, around.watched},
        stage_{context_.get_executor(), programs_beside_this(), options.quick} {}

  std::vector<row> make() {
    const auto stop = [this] { stage_.stop(); };
    const auto fault = run_to_end(context_, run_all(), around_.stop, stop);
    line_.clear();
    if (fault) std::rethrow_exception(fault);
    std::vector<row> made;
    for (auto& one : rows_) {
      if (one) made.push_back(std::move(*one));
    }
    return made;
  }

  bool stopped_early() const { return stage_.stopping(); }

 private:
  async::task<> run_all() {
    for (std::size_t next = 0; next < cases_.size() && !stage_.stopping();) {
      std::vector<async::task<>> now;
      std::string names;
      do {
        names += (names.empty() ? "" : ", ") + cases_[next].name;
        now.push_back(run_one(next));
        ++next;
      } while (next < cases_.size() && now.size() < most_at_once && !cases_[next - 1].alone &&
               !cases_[next].alone);
      line_.say(fmt::format("{} of {}: {}", next, cases_.size(), names));
      co_await load::together(context_.get_executor(), std::move(now));
    }
  }

  async::task<> run_one(std::size_t index) {
    row made;
    try {
      made = co_await cases_[index].run(stage_);
    } catch (const std::exception& fault) {
      if (stage_.stopping()) co_return;
      made.required = "to be measured";
      made.measured = fault.what();
      made.ok = false;
    }
    made.name = cases_[index].name;
    rows_[index] = std::move(made);
  }

  std::vector<fault_case> cases_;
  std::vector<std::optional<row>> rows_;
  const idp_faults_surroundings& around_;
  progress line_;
  async::asio::io_context context_{1};
  idp_faults::stage stage_;
};

}  // namespace

std::string problem_of(const std::vector<fault_case>& all, const idp_faults_options& options) {
  for (const auto& wanted : options.only) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const fault_case& one) { return means(wanted, one.name); });
    if (!known) return "there is no row \"" + wanted + "\": --list names them";
  }
  return {};
}

idp_faults_outcome run_cases(std::vector<fault_case> all, const idp_faults_options& options,
                             const idp_faults_surroundings& around) {
  std::erase_if(all, [&](const fault_case& one) { return !is_wanted(options, one.name); });
  if (options.list) {
    for (const auto& one : all) around.out << one.name << '\n';
    return idp_faults_outcome::held;
  }
  raise_descriptor_limit();
  run_of_faults run{std::move(all), options, around};
  const auto rows = run.make();
  if (options.json) {
    around.out << boost::json::serialize(json_of(rows, options.quick, run.stopped_early())) << '\n';
  } else {
    around.out << text_of(rows, run.stopped_early());
  }
  around.out.flush();
  if (run.stopped_early()) return idp_faults_outcome::stopped;
  const bool held =
      std::all_of(rows.begin(), rows.end(), [](const row& one) { return one.ok || one.skipped; });
  return held ? idp_faults_outcome::held : idp_faults_outcome::failed;
}

}  // namespace latchkey::bench::idp_faults
