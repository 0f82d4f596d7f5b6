// The last request of a key source, and what was wrong with the response, for operators. Not for
// decisions: the reason of a failure is its error code.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::auth {

// May contain text from the network, truncated. No secrets.
struct source_failure {
  std::string asked = {};     // the address
  std::string found = {};     // empty where the error says it all
  std::string expected = {};  // the same
};

// Written by the source; read from any thread.
class source_report {
 public:
  // Clears the previous failure.
  void asking(std::string_view address) {
    const std::lock_guard lock{mutex_};
    last_ = {cut(address), {}, {}};
  }
  void failed(std::string_view found, std::string_view expected) {
    const std::lock_guard lock{mutex_};
    last_.found = cut(found);
    last_.expected = cut(expected);
  }
  source_failure last() const {
    const std::lock_guard lock{mutex_};
    return last_;
  }

 private:
  static std::string cut(std::string_view text) {
    constexpr std::size_t longest = 512;
    return std::string{text.substr(0, longest)};
  }

  mutable std::mutex mutex_;
  source_failure last_;
};

}  // namespace latchkey::auth
