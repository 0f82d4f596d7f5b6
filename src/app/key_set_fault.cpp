#include "key_set_fault.hpp"

#include "config_text.hpp"

#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace latchkey::app {
namespace {

constexpr std::size_t max_listed = 10;

std::string explained(const core::error_code& error) {
  return std::string{jose::reason(error)} + " (" + error.message() + ")";
}

}  // namespace

std::string key_set_fault(std::string_view text, const jose::key_set_limits& bounds,
                          const core::stop_check& stopped) {
  const jose::key_loader load = [&stopped](jose::jwk_content content) -> core::result<jose::key> {
    if (core::is_stopped(stopped)) return jose::errc::key_not_checked;
    return jose::key::load(std::move(content));
  };
  const auto keys = jose::key_set::read(text, bounds, nullptr, load);
  if (!keys) return explained(keys.error());
  if (!(*keys)->empty()) return {};
  auto fault = explained(jose::errc::no_usable_key);
  const auto& skipped = (*keys)->skipped();
  for (std::size_t i = 0; i < std::min(skipped.size(), max_listed); ++i) {
    const auto& one = skipped[i];
    fault += i == 0 ? ": " : "; ";
    fault += "key " + (one.kid.empty() ? std::to_string(i + 1) : shown_string(one.kid));
    if (!one.kty.empty()) fault += ", kty " + shown_string(one.kty);
    fault += ": " + explained(one.why);
  }
  if (skipped.size() > max_listed) {
    fault += "; and " + std::to_string(skipped.size() - max_listed) + " more";
  }
  return fault;
}

}  // namespace latchkey::app
