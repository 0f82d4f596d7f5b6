// The result of a run of `latchkey-bench verify`, and its forms as text and JSON. Not for
// measuring.
#pragma once

#include "common/machine.hpp"
#include "common/statistics.hpp"
#include "verify/options.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace latchkey::bench {

struct stage_line {
  std::string name;
  std::size_t tokens = 0;  // that it took in turn
  spread per_second;
  spread to_raw;     // raw_openssl of the same round
  spread to_single;  // token_single of the same round
};

struct step_line {
  std::string name;
  spread nanoseconds;  // for one token
};

struct thread_line {
  unsigned threads = 1;
  spread single_per_second;
  spread single_scaling;  // to one thread of the same round
  spread batch_per_second;
  spread batch_scaling;
  spread busy;  // the share of the time that the threads had cores, over both
};

struct key_line {
  std::string algorithm;
  unsigned bits = 0;  // of the modulus, or of the curve
  spread raw_per_second;
  spread token_per_second;
  spread ratio;
};

// A part that was not asked for, or was stopped before its first round was over, is empty.
struct verify_report {
  machine where;
  verify_options options;
  jose::rsa_kernels kernels;                       // that were there and wanted
  std::size_t token_bytes = 0;                     // of the first token; all are of about this size
  bool stopped = false;

  std::vector<stage_line> stages;
  std::vector<step_line> steps;
  std::vector<thread_line> threads;
  std::vector<key_line> keys;
};

// At the top, beside what is in the parts, `<stage>_per_s` for every stage.
boost::json::object json_of(const verify_report& report);

// For people; ends in a line feed.
std::string text_of(const verify_report& report);

}  // namespace latchkey::bench
