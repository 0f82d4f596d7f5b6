#include "report/files.hpp"

#include "report/hdr.hpp"
#include "report/html.hpp"

namespace latchkey::bench::report {

files::files(const file_names& names)
    : html_{names.html}, hgrm_{names.hgrm}, hdr_log_{names.hdr_log} {}

void files::write(const run_report& run) {
  if (html_.wanted()) html_.write(to_html(run));
  if (hgrm_.wanted()) hgrm_.write(hdr_percentiles(run.latency));
  if (hdr_log_.wanted()) hdr_log_.write(hdr_log(run));
}

}  // namespace latchkey::bench::report
