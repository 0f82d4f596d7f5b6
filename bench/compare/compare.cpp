#include "compare/compare.hpp"

#include "common/descriptors.hpp"
#include "common/output_file.hpp"
#include "common/progress.hpp"
#include "common/run_to_end.hpp"
#include "common/text_table.hpp"
#include "compare/html.hpp"
#include "compare/json.hpp"
#include "compare/markdown.hpp"
#include "compare/programs.hpp"
#include "compare/rounds.hpp"
#include "compare/scenarios.hpp"
#include "compare/testbed.hpp"

#include <boost/json/serialize.hpp>
#include <boost/version.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <ostream>
#include <utility>

namespace latchkey::bench {
namespace {

using namespace compare;

constexpr std::chrono::seconds timeout{15};
constexpr unsigned max_tokens = 10'000;  // what the issuer makes at once
constexpr unsigned max_connections = 20'000;
constexpr unsigned max_rounds = 100;
constexpr double min_seconds = 0.2;
constexpr double max_seconds = 600;

// What the headings of the tables say, and what the client goes by, is not to be set otherwise.
std::string fault_of_setting(std::string_view setting) {
  constexpr std::array<std::string_view, 7> own = {
      "server.listen", "server.workers",          "server.tls", "admin", "issuer",
      "route",         "verify.token_cache_bytes"};
  const auto key = setting.substr(0, setting.find('='));
  if (key.empty() || key.size() == setting.size()) {
    return fmt::format("--set {}: expected KEY=VALUE", setting);
  }
  for (const auto one : own) {
    if (key.starts_with(one) && (key.size() == one.size() || key[one.size()] == '.')) {
      return fmt::format("--set {}: {} is set by compare itself", setting, one);
    }
  }
  return {};
}

std::string workload_title(const compare_options& options, part which) {
  const auto connections = grouped(options.connections) + " connections";
  return which == part::distinct
             ? fmt::format(
                   "distinct: every request pays its signature (token_cache_bytes = 0), {} "
                   "tokens in turn, {}",
                   grouped(options.distinct_tokens), connections)
             : fmt::format("hot: {} tokens in turn, {}", grouped(options.hot_tokens), connections);
}

// One comparison, from the first program to the last figure.
class whole_run {
 public:
  whole_run(const compare_options& options, const command_env& env)
      : asked_{options},
        command_{env},
        line_{env.err, env.is_terminal},
        env_{context_.get_executor(), harness::programs_beside_this(), false} {
    made_.started = fmt::format(
        "{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(env.clock.wall())));
    made_.on = this_machine();
    made_.asked = options;
  }

  // Throws what ended it too soon, unless it was stopped.
  void make() {
    const auto stop = [this] { env_.stop(); };
    const auto fault = run_to_end(context_, run_all(), command_.stop, stop);
    line_.clear();
    made_.stopped = env_.stopping();
    if (fault && !made_.stopped) std::rethrow_exception(fault);
  }

  const comparison& made() const { return made_; }

 private:
  async::task<> run_all() {
    const auto bed = co_await testbed::set_up(env_, asked_);
    co_await admit(*bed);
    if (wants(asked_, part::distinct)) co_await run_workload(*bed, part::distinct);
    if (wants(asked_, part::hot)) co_await run_workload(*bed, part::hot);
    if (wants(asked_, part::handshakes)) co_await run_handshakes(*bed);
    if (wants(asked_, part::idle)) co_await run_idle(*bed);
    if (wants(asked_, part::connections)) {
      co_await measure_connection_scaling(*bed, all(), asked_, progress_reporter(),
                                          made_.connection_scaling);
    }
    if (wants(asked_, part::workers)) co_await run_workers(*bed);
  }

  // Who is there and can be started; the others are told of.
  async::task<> admit(testbed& bed) {
    for (const auto which : wanted_contenders(asked_)) {
      auto problem = missing_of(which);
      std::string version;
      if (problem.empty()) {
        line_.say(fmt::format("starting {}", name_of(which)));
        try {
          version = co_await version_of(which);
          const latchkey_setting usual;
          co_await bed.start(which, usual);
        } catch (const harness::stopped&) {
          throw;
        } catch (const std::runtime_error& fault) {
          problem = fault.what();
        }
      }
      if (problem.empty()) {
        made_.contenders.push_back({which, version});
        continue;
      }
      if (which == contender::latchkey || was_named(asked_, which))
        throw std::runtime_error{problem};
      leave_out(problem);
    }
  }

  void leave_out(const std::string& what) {
    line_.clear();
    command_.err << "left out: " << what << std::endl;
    made_.left_out.push_back(what);
  }

  async::task<std::string> version_of(contender which) {
    if (which == contender::latchkey) {
      auto text =
          fmt::format("{}, {}, OpenSSL {}", made_.on.latchkey, made_.on.compiler, made_.on.openssl);
      if (!asked_.settings.empty())
        text += ", with " + fmt::format("{}", fmt::join(asked_.settings, ", "));
      co_return text;
    }
    if (which == contender::hello) {
      co_return fmt::format("Boost {}.{}, OpenSSL {}", BOOST_VERSION / 100000,
                            BOOST_VERSION / 100 % 1000, made_.on.openssl);
    }
    auto command = version_command(which);
    const std::filesystem::path program{command.front()};
    command.erase(command.begin());
    const auto asked = env_.start(program, std::move(command));
    const auto any = [](std::string_view line) { return !line.empty(); };
    const core::deadline until{harness::clock::now() + timeout};
    const auto line = co_await asked->line(any, until);
    if (!line)
      throw std::runtime_error{fmt::format("{} does not tell its version", name_of(which))};
    co_return version_in(which, *line);
  }

  std::vector<contender> all() const {
    std::vector<contender> names;
    for (const auto& one : made_.contenders) names.push_back(one.which);
    return names;
  }

  progress_fn progress_reporter() {
    return [this](const std::string& text) { line_.say(text); };
  }

  async::task<std::map<contender, running_server>> start_all(testbed& bed, bool cache) {
    std::map<contender, running_server> servers;
    const latchkey_setting with{1, cache};
    for (const auto which : all()) servers[which] = co_await bed.start(which, with);
    co_return servers;
  }

  run_load loader(testbed& bed, const std::map<contender, running_server>& servers, part tokens) {
    return [&bed, &servers, tokens](contender who, load_shape shape) {
      return bed.load(servers.at(who), shape, tokens);
    };
  }

  async::task<> run_workload(testbed& bed, part which) {
    auto& into = made_.workloads.emplace_back();
    into.name = which;
    into.title = workload_title(asked_, which);
    const auto servers = co_await start_all(bed, which == part::hot);
    const auto run = loader(bed, servers, which);
    co_await measure_closed(all(), asked_, run, progress_reporter(), into);
    co_await measure_paced(all(), asked_, run, progress_reporter(), into);
  }

  async::task<> run_handshakes(testbed& bed) {
    const auto servers = co_await start_all(bed, true);
    const auto run = loader(bed, servers, part::hot);
    co_await measure_handshakes(all(), asked_, run, progress_reporter(), made_.handshakes);
  }

  async::task<> run_idle(testbed& bed) {
    for (unsigned round = 0; round < asked_.rounds; ++round) {
      for (const auto which : all()) {
        line_.say(fmt::format("idle connections: round {} of {}, {}", round + 1, asked_.rounds,
                              name_of(which)));
        const auto bytes = co_await idle_connection_bytes(bed, which, asked_.idle_connections);
        made_.idle_bytes[which].push_back(bytes);
      }
    }
  }

  async::task<> run_workers(testbed& bed) {
    if (bed.cores().shared) {
      leave_out(
          "workers: a third core for the load client, which shares one with the second worker: "
          "their requests/s cannot be compared, CPU per request can");
    }
    auto& pair = made_.worker_scaling.emplace_back();
    co_await measure_worker_scaling(bed, asked_, progress_reporter(), pair);
  }

  const compare_options& asked_;
  const command_env& command_;
  comparison made_;
  progress line_;
  async::asio::io_context context_{1};
  harness::test_env env_;
};

template <class Named>
std::string unknown_of(const std::vector<std::string>& given, const std::vector<Named>& all,
                       const char* kind) {
  for (const auto& name : given) {
    const bool known =
        std::any_of(all.begin(), all.end(), [&](Named one) { return name_of(one) == name; });
    if (known) continue;
    std::vector<std::string_view> names;
    for (const auto one : all) names.push_back(name_of(one));
    return fmt::format("there is no {} \"{}\": take {}", kind, name, fmt::join(names, ", "));
  }
  return {};
}

}  // namespace

std::string problem_of(const compare_options& options) {
  if (auto text = unknown_of(options.contenders, all_contenders(), "contender"); !text.empty()) {
    return text;
  }
  if (auto text = unknown_of(options.only, all_parts(), "part"); !text.empty()) return text;
  for (const auto& one : options.settings) {
    if (auto text = fault_of_setting(one); !text.empty()) return text;
  }
  const auto within = [](auto value, auto min, auto max, const char* what) {
    return value >= min && value <= max
               ? std::string{}
               : fmt::format("{} can be {} to {}, not {}", what, min, max, value);
  };
  for (auto text : {within(options.rounds, 1U, max_rounds, "rounds"),
                    within(options.seconds, min_seconds, max_seconds, "seconds"),
                    within(options.connections, 1U, max_connections, "connections"),
                    within(options.distinct_tokens, 1U, max_tokens, "distinct tokens"),
                    within(options.hot_tokens, 1U, max_tokens, "hot tokens"),
                    within(options.idle_connections, 1U, max_connections, "idle connections"),
                    within(options.many_connections, 1U, max_connections, "many connections")}) {
    if (!text.empty()) return text;
  }
  return {};
}

compare_outcome run_compare(const compare_options& options, const command_env& env) {
  raise_descriptor_limit();
  output_file page{options.html};
  whole_run run{options, env};
  run.make();
  const auto& made = run.made();
  if (options.json) {
    env.out << boost::json::serialize(json_of(made)) << '\n';
  } else {
    env.out << markdown_of(made);
  }
  env.out.flush();
  if (page.wanted()) page.write(html_of(made));
  return made.stopped ? compare_outcome::stopped : compare_outcome::measured;
}

}  // namespace latchkey::bench
