// What the tokens of requests came to, counted by one thread for others to read: by verdict,
// algorithm, and what told it. Not for why a token was refused: that is the reason of the exchange.
#pragma once

#include <latchkey/core/counter.hpp>
#include <latchkey/jose/algorithm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace latchkey::auth {

enum class verdict : std::uint8_t { accepted, refused, unavailable };
inline constexpr std::size_t verdict_count = 3;

// Where the signature was found good or bad.
enum class verify_path : std::uint8_t {
  none,   // it was not looked at
  cache,  // when the token came before, or by a check that was under way when it came
  batch,  // together with others
  single,
};
inline constexpr std::size_t verify_path_count = 4;

std::string_view to_string(verdict of);
std::string_view to_string(verify_path by);

// A verdict, and how it was found.
struct verification {
  auth::verdict verdict = auth::verdict::refused;
  verify_path path = verify_path::none;
  std::optional<jose::algorithm> alg;  // none where the token was refused before
};

class verification_counts {
 public:
  // Of the one thread.
  void add(const verification& one) { counts_[index_of(one)].add(); }
  // Any thread.
  std::uint64_t get(const verification& of) const { return counts_[index_of(of)].get(); }

 private:
  static constexpr std::size_t algorithms = jose::algorithm_count + 1;
  static std::size_t index_of(const verification& one) {
    const auto alg = one.alg ? static_cast<std::size_t>(*one.alg) : jose::algorithm_count;
    const auto row = static_cast<std::size_t>(one.verdict) * verify_path_count +
                     static_cast<std::size_t>(one.path);
    return row * algorithms + alg;
  }

  std::array<core::counter, verdict_count * verify_path_count * algorithms> counts_;
};

}  // namespace latchkey::auth
