#include "edge/catalogue.hpp"

#include "compare/programs.hpp"

#include <fmt/format.h>

namespace latchkey::bench::edge {
namespace {

// A coroutine with parameters of its own: a lambda's captures would not outlive its first wait.
async::task<row> run_one(test_env& env, proxy which,
                         std::function<async::task<row>(test_env&, proxy)> run) {
  if (which != proxy::latchkey && !compare::find_program(name_of(which))) {
    row made;
    made.required = "(beside latchkey)";
    made.measured = fmt::format("{} is not installed", name_of(which));
    made.skipped = true;
    co_return made;
  }
  auto made = co_await run(env, which);
  made.beside = which != proxy::latchkey;
  if (made.beside) made.required = "(the same)";
  co_return made;
}

}  // namespace

bool is_of_neighbour(std::string_view name) {
  const auto colon = name.find(':');
  const auto who = colon == name.npos ? std::string_view{} : name.substr(colon + 1);
  for (const auto one : all_proxies()) {
    if (one != proxy::latchkey && who == name_of(one)) return true;
  }
  return false;
}

void add_for_all(std::vector<fault_case>& all, const std::string& name,
                 const std::function<async::task<row>(test_env&, proxy)>& run, bool exclusive) {
  for (const auto which : all_proxies()) {
    fault_case made;
    made.name = fmt::format("{}:{}", name, name_of(which));
    made.run = [run, which](test_env& env) { return run_one(env, which, run); };
    made.exclusive = exclusive;
    all.push_back(std::move(made));
  }
}

std::vector<fault_case> catalogue(const edge_options& options) {
  std::vector<fault_case> all;
  add_stale_pool(all);
  add_attacks(all, options);
  add_identity(all);
  add_tagged_answers(all);
  add_takeover(all);
  add_cost(all);
  add_events(all);
  add_websocket(all);
  add_slow_peers(all);
  add_bulk(all);
  return all;
}

}  // namespace latchkey::bench::edge
