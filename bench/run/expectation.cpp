#include "run/expectation.hpp"

#include <stdexcept>

namespace latchkey::bench::run {
namespace {

constexpr unsigned per_class = 100;

[[noreturn]] void refuse(std::string_view text) {
  throw std::invalid_argument{"\"" + std::string{text} +
                              "\" is no status: take 200, 2xx, or several as 2xx,401"};
}

}  // namespace

expectation::expectation(std::string_view text) : text_{text} {
  for (auto rest = text;;) {
    const auto comma = rest.find(',');
    const auto one = rest.substr(0, comma);
    const auto digit = [&one](std::size_t at) { return one[at] >= '0' && one[at] <= '9'; };
    if (one.size() != 3 || one[0] < '1' || one[0] > '5') refuse(text);
    const auto first = static_cast<unsigned>(one[0] - '0') * per_class;
    if (one.substr(1) == "xx") {
      for (unsigned status = first; status < first + per_class; ++status) right_.set(status);
    } else if (digit(1) && digit(2)) {
      right_.set(first + static_cast<unsigned>(one[1] - '0') * 10 +
                 static_cast<unsigned>(one[2] - '0'));
    } else {
      refuse(text);
    }
    if (comma == rest.npos) return;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace latchkey::bench::run
