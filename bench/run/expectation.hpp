// Which statuses count as the expected response to a request. Not for checking bodies.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>

namespace latchkey::bench::run {

class expectation {
 public:
  // "200", "2xx", or several with commas: "2xx,401". Throws std::invalid_argument for another text.
  explicit expectation(std::string_view text);

  bool allows(unsigned status) const { return status < statuses && right_[status]; }
  const std::string& text() const { return text_; }

 private:
  static constexpr std::size_t statuses = 600;
  std::string text_;
  std::bitset<statuses> right_;
};

}  // namespace latchkey::bench::run
