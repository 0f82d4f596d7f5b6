#include "idp_faults/run_cases.hpp"

#include "common/descriptors.hpp"
#include "common/progress.hpp"
#include "common/run_to_end.hpp"
#include "idp_faults/report.hpp"
#include "load/when_all.hpp"

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
constexpr std::size_t max_at_once = 10;

bool is_wanted(const idp_faults_options& options, const std::string& name) {
  return options.only.empty() ||
         std::any_of(options.only.begin(), options.only.end(),
                     [&](const std::string& one) { return means(one, name); });
}

// One run: the rows in the order of the catalogue, of those that came to an end.
class run_of_faults {
 public:
  run_of_faults(std::vector<fault_case> cases, const idp_faults_options& options,
                const command_env& env)
      : cases_{std::move(cases)},
        rows_(cases_.size()),
        command_{env},
        line_{env.err, env.is_terminal},
        env_{context_.get_executor(), programs_beside_this(), options.quick} {}

  std::vector<row> make() {
    const auto stop = [this] { env_.stop(); };
    const auto fault = run_to_end(context_, run_all(), command_.stop, stop);
    line_.clear();
    if (fault) std::rethrow_exception(fault);
    std::vector<row> made;
    for (auto& one : rows_) {
      if (one) made.push_back(std::move(*one));
    }
    return made;
  }

  bool stopped_early() const { return env_.stopping(); }

 private:
  async::task<> run_all() {
    for (std::size_t next = 0; next < cases_.size() && !env_.stopping();) {
      std::vector<async::task<>> now;
      std::string names;
      do {
        names += (names.empty() ? "" : ", ") + cases_[next].name;
        now.push_back(run_one(next));
        ++next;
      } while (next < cases_.size() && now.size() < max_at_once && !cases_[next - 1].exclusive &&
               !cases_[next].exclusive);
      line_.say(fmt::format("{} of {}: {}", next, cases_.size(), names));
      co_await load::when_all(context_.get_executor(), std::move(now));
    }
  }

  async::task<> run_one(std::size_t index) {
    row made;
    try {
      made = co_await cases_[index].run(env_);
    } catch (const std::exception& fault) {
      if (env_.stopping()) co_return;
      made.required = "to be measured";
      made.measured = fault.what();
      made.ok = false;
    }
    made.name = cases_[index].name;
    rows_[index] = std::move(made);
  }

  std::vector<fault_case> cases_;
  std::vector<std::optional<row>> rows_;
  const command_env& command_;
  progress line_;
  async::asio::io_context context_{1};
  harness::test_env env_;
};

}  // namespace

bool means(std::string_view wanted, std::string_view row) {
  return wanted == row || wanted == row.substr(0, row.find(':'));
}

std::string problem_of(const std::vector<fault_case>& all, const idp_faults_options& options) {
  for (const auto& wanted : options.only) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const fault_case& one) { return means(wanted, one.name); });
    if (!known) return "there is no row \"" + wanted + "\": --list names them";
  }
  return {};
}

idp_faults_outcome run_cases(std::vector<fault_case> all, const idp_faults_options& options,
                             const command_env& env) {
  std::erase_if(all, [&](const fault_case& one) { return !is_wanted(options, one.name); });
  if (options.list) {
    for (const auto& one : all) env.out << one.name << '\n';
    return idp_faults_outcome::held;
  }
  raise_descriptor_limit();
  run_of_faults run{std::move(all), options, env};
  const auto rows = run.make();
  if (options.json) {
    env.out << boost::json::serialize(json_of(rows, options.quick, run.stopped_early())) << '\n';
  } else {
    env.out << text_of(rows, run.stopped_early());
  }
  env.out.flush();
  if (run.stopped_early()) return idp_faults_outcome::stopped;
  const bool held = std::all_of(rows.begin(), rows.end(),
                                [](const row& one) { return one.ok || one.skipped || one.beside; });
  return held ? idp_faults_outcome::held : idp_faults_outcome::failed;
}

}  // namespace latchkey::bench::idp_faults
