// What came of a soak, counted as it goes, and how memory is judged at its end. Pure.
#pragma once

#include "soak/oracle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::soak {

struct wrong_answer {
  std::chrono::milliseconds at{};  // since the start
  std::string token;               // as label_of has it
  std::string to;
  std::string expected;
  std::string got;
};

struct token_counts {
  std::uint64_t sent = 0;
  std::uint64_t wrong = 0;
  std::map<unsigned, std::uint64_t> statuses;
};

class tally {
 public:
  void count(std::string_view token, unsigned status);
  // Kept up to a number, counted beyond it.
  void add_wrong(wrong_answer one);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t wrong() const { return wrong_count_; }
  const std::map<std::string, token_counts, std::less<>>& tokens() const { return tokens_; }
  const std::vector<wrong_answer>& kept() const { return wrong_; }

 private:
  std::uint64_t sent_ = 0;
  std::uint64_t wrong_count_ = 0;
  std::map<std::string, token_counts, std::less<>> tokens_;
  std::vector<wrong_answer> wrong_;
};

// "200 or 401"; "no answer" for no_answer.
std::string text_of(const answers& some);

struct memory_sample {
  std::chrono::milliseconds at{};
  std::size_t bytes = 0;
};

// Medians of the samples around a point near the begin of a run and before its end.
struct memory_growth {
  std::chrono::seconds reference{};  // that point: the tenth minute, or the end of the first sixth
  std::chrono::milliseconds around{};  // either side of it, and twice that before the end
  double before = 0;
  double after = 0;
  double allowed = 0;  // of `before`: 0.02 is two per cent
  bool whole = false;  // both medians are of samples

  double growth() const { return before > 0 ? after / before - 1 : 0; }
  bool holds() const { return whole && growth() <= allowed; }
};

// `planned` is the duration that was asked for. In less than half an hour a process has not come to
// rest: it is judged loosely then, which `allowed` tells.
memory_growth judge_memory(const std::vector<memory_sample>& samples, std::chrono::seconds planned);

}  // namespace latchkey::bench::soak
