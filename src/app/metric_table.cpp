#include <latchkey/app/metric_table.hpp>

namespace latchkey::app {

std::string_view to_string(metric_type type) {
  switch (type) {
    case metric_type::counter:
      return "counter";
    case metric_type::gauge:
      return "gauge";
    case metric_type::histogram:
      return "histogram";
  }
  return {};
}

std::vector<metric_label> with_label(metrics_text::labels with, metric_label more) {
  std::vector<metric_label> all{with.begin(), with.end()};
  all.push_back(more);
  return all;
}

void begin_family(metrics_text& out, const metric_info& of) {
  switch (of.type) {
    case metric_type::counter:
      return out.counter(of.name, of.help);
    case metric_type::gauge:
      return out.gauge(of.name, of.help);
    case metric_type::histogram:
      return out.histogram(of.name, of.help);
  }
}

}  // namespace latchkey::app
