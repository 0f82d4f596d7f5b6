// Writes the formats of HdrHistogram's tools: the log of encoded histograms (HISTFAAA, V2) and the
// table of percentiles (.hgrm). Not for reading them.
#pragma once

#include "load/histogram.hpp"
#include "report/run_report.hpp"

#include <string>

namespace latchkey::bench::report {

// The histogram in nanoseconds as HdrHistogram's compressed V2 encoding, in base64.
std::string hdr_encoded(const load::histogram& of);

// A log (format 1.3) with one interval, the run: its latency without a tag, its service time
// tagged "service".
std::string hdr_log(const run_report& run);

// "Value Percentile TotalCount 1/(1-Percentile)" of the latency, in milliseconds, five lines for
// each halving of the distance to 100 %, with mean, deviation, maximum and sizes below.
std::string hdr_percentiles(const load::histogram& of);

}  // namespace latchkey::bench::report
