#include <latchkey/auth/key_checks.hpp>
#include <latchkey/jose/digest.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

namespace latchkey::auth {
namespace {

// Different numbers give different texts: the last eight bytes are the exponent, or the curve.
std::string digest_of(const jose::key_numbers& numbers) {
  const auto* rsa = std::get_if<jose::rsa_numbers>(&numbers);
  const auto* point = std::get_if<jose::curve_point>(&numbers);
  const auto& bytes = rsa != nullptr ? rsa->modulus : point->bytes;
  auto rest = rsa != nullptr ? rsa->exponent : static_cast<std::uint64_t>(point->curve);
  std::string text = rsa != nullptr ? "R" : "C";
  text.append(bytes.begin(), bytes.end());
  for (int i = 0; i < 8; ++i, rest >>= 8) text.push_back(static_cast<char>(rest & 0xFF));
  const auto digest = jose::sha256(text);
  return {digest.begin(), digest.end()};
}

}  // namespace

key_checks::key_checks(key_check_limits bounds, std::size_t max_cached,
                       std::function<core::steady_time()> now, loader load)
    : bounds_{bounds},
      max_cached_{std::max<std::size_t>(max_cached, 1)},
      now_{std::move(now)},
      load_{std::move(load)} {}

jose::key_loader key_checks::for_document(const std::atomic<bool>* stopped) {
  stopped_ = stopped;
  began_ = now_();
  made_ = 0;
  return [this](jose::jwk_content content) { return load_checked(std::move(content)); };
}

core::result<jose::key> key_checks::load_checked(jose::jwk_content content) {
  const auto numbers = digest_of(content.numbers);
  if (const auto known = sound_.find(numbers); known != sound_.end()) {
    if (!known->second) return jose::errc::key_check_failed;
    return load_(std::move(content), jose::number_check::trusted);
  }
  if (exhausted()) return jose::errc::key_not_checked;
  ++made_;
  auto made = load_(std::move(content), jose::number_check::made);
  if (made || made.error() == jose::errc::key_check_failed) cache(numbers, made.has_value());
  return made;
}

bool key_checks::exhausted() const {
  return (stopped_ != nullptr && *stopped_) || made_ >= bounds_.count ||
         now_() - began_ >= bounds_.time;
}

void key_checks::cache(const std::string& numbers, bool sound) {
  if (oldest_first_.size() >= max_cached_) {
    sound_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  oldest_first_.push_back(numbers);
  sound_.emplace(numbers, sound);
}

}  // namespace latchkey::auth
