#include "config_check_trace.hpp"

#include "config_check_keys.hpp"
#include "config_text.hpp"

#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>

#include <string>

namespace latchkey::app {

void check_trace(const trace_config& trace, report& problems) {
  const auto where = http::parse_url(trace.endpoint);
  if (where && !http::is_secure(*where) && !trace.allow_http) {
    problems.add_found("trace.endpoint",
                       "found " + shown_string(trace.endpoint) +
                           ", over which anybody on the way can read the spans; expected an https "
                           "URL, or allow_http = true of [trace]");
  }
  if (trace.batch > trace.queue) {
    problems.add_found("trace.batch", "found " + std::to_string(trace.batch) +
                                          ", which is more than queue (" +
                                          std::to_string(trace.queue) + ")");
  }
  check_headers({trace.headers.begin(), trace.headers.end()}, "trace", problems);
  for (std::size_t i = 0; i < trace.headers.size(); ++i) {
    const auto& name = trace.headers[i].name;
    if (!http::same_name(name, "content-type") && !http::same_name(name, "content-encoding")) {
      continue;
    }
    problems.add_found("trace.header." + std::to_string(i) + ".name",
                       "found " + shown_string(name) + ", which the exporter sets itself");
  }
}

}  // namespace latchkey::app
