// The output files of a run, besides what is printed. Not for their content.
#pragma once

#include "common/output_file.hpp"
#include "report/run_report.hpp"

#include <string>

namespace latchkey::bench::report {

// Paths; empty ones are not written.
struct file_names {
  std::string html;
  std::string hgrm;     // HdrHistogram's table of percentiles
  std::string hdr_log;  // HdrHistogram's log
};

class files {
 public:
  // Opens them. Throws std::runtime_error where one cannot be written.
  explicit files(const file_names& names);
  // Throws std::runtime_error likewise.
  void write(const run_report& run);

 private:
  output_file html_;
  output_file hgrm_;
  output_file hdr_log_;
};

}  // namespace latchkey::bench::report
