#include <latchkey/app/config_keys.hpp>
#include <latchkey/app/config_metrics.hpp>
#include <latchkey/app/key_metrics.hpp>
#include <latchkey/app/limit_metrics.hpp>
#include <latchkey/app/log_metrics.hpp>
#include <latchkey/app/notes_metrics.hpp>
#include <latchkey/app/process_metrics.hpp>
#include <latchkey/app/reference.hpp>
#include <latchkey/app/request_metrics.hpp>
#include <latchkey/app/route_handlers.hpp>
#include <latchkey/app/trace_metrics.hpp>
#include <latchkey/app/upstream_metrics.hpp>
#include <latchkey/app/verify_metrics.hpp>

#include <utility>

namespace latchkey::app {
namespace {

// "issuer.*.cache.max_age" is of "issuer.*.cache", "issuer.*.issuer" of "issuer".
std::string table_of(const key_info& key) {
  auto table = key.path.substr(0, key.path.rfind('.'));
  if (table.ends_with(".*")) table.resize(table.size() - 2);
  return table;
}

void add_keys(std::vector<reference_table>& all) {
  for (const auto& key : config_keys()) {
    const auto name = "keys of " + table_of(key);
    if (all.empty() || all.back().name != name) {
      all.push_back({name, "| key | value | default | meaning |\n|---|---|---|---|\n"});
    }
    all.back().text += "| `" + key.path + "` | " + key.value + " | " +
                       (key.required() ? "required" : "`" + key.default_value + "`") + " | " +
                       key.doc + " |\n";
  }
}

reference_table handlers() {
  reference_table made{"handlers", "| handler | answers |\n|---|---|\n"};
  for (const auto& one : route_handlers()) {
    made.text.append("| `").append(one.name).append("` | ").append(one.doc).append(" |\n");
  }
  return made;
}

std::vector<metric_info> both(std::vector<metric_info> all, const std::vector<metric_info>& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

reference_table metrics(std::string of, const std::vector<metric_info>& rows) {
  reference_table made{"metrics of " + std::move(of),
                       "| name | type | labels | what it says |\n|---|---|---|---|\n"};
  for (const auto& one : rows) {
    made.text.append("| `").append(one.name).append("` | ").append(to_string(one.type));
    made.text.append(" | ").append(one.labels).append(one.labels.empty() ? "| " : " | ");
    made.text.append(one.doc.empty() ? one.help : one.doc).append(" |\n");
  }
  return made;
}

}  // namespace

std::vector<reference_table> reference_tables() {
  std::vector<reference_table> all;
  add_keys(all);
  all.push_back(handlers());
  all.push_back(metrics("requests and connections", request_metrics()));
  all.push_back(metrics("verification", verify_metrics()));
  all.push_back(metrics("keys", key_metrics()));
  all.push_back(metrics("upstreams", upstream_metrics()));
  all.push_back(metrics("notes", notes_metrics()));
  all.push_back(metrics("limits", limit_metrics()));
  all.push_back(metrics("log and configuration", both(log_metrics(), config_metrics())));
  all.push_back(metrics("traces", trace_metrics()));
  all.push_back(metrics("the process", process_metrics()));
  return all;
}

std::string begin_mark(const std::string& name) {
  return "<!-- generated: " + name + " -->";
}

std::string marked(const reference_table& table) {
  return begin_mark(table.name) + "\n\n" + table.text + "\n" + end_mark + "\n";
}

}  // namespace latchkey::app
