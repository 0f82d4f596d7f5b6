#include <latchkey/net/ticket_keys.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace latchkey::net {

ticket_keys::ticket_keys(core::steady_duration period,
                         std::function<bool(std::span<unsigned char>)> fill)
    : period_{period}, fill_{std::move(fill)} {}

ticket_keys::~ticket_keys() {
  forget(present_);
  forget(before_);
}

void ticket_keys::forget(aged& one) const {
  OPENSSL_cleanse(&one.bytes, sizeof one.bytes);
  one.usable = false;
}

void ticket_keys::forget_old(core::steady_time now) {
  for (auto* one : {&present_, &before_}) {
    if (one->usable && now - one->born >= 2 * period_) forget(*one);
  }
}

const ticket_keys::key* ticket_keys::present(core::steady_time now) {
  forget_old(now);
  if (present_.usable && now - present_.born < period_) return &present_.bytes;
  aged next;
  next.born = now;
  next.usable = fill_(next.bytes.name) && fill_(next.bytes.cipher) && fill_(next.bytes.mac);
  if (next.usable) {
    before_ = present_;
    present_ = next;
  }
  const bool made = next.usable;
  forget(next);
  return made ? &present_.bytes : nullptr;
}

std::optional<ticket_keys::match> ticket_keys::find(std::span<const unsigned char, 16> name,
                                                    core::steady_time now) {
  forget_old(now);
  for (auto* one : {&present_, &before_}) {
    if (!one->usable || !std::equal(name.begin(), name.end(), one->bytes.name.begin())) continue;
    return match{&one->bytes, now - one->born >= period_};
  }
  return std::nullopt;
}

}  // namespace latchkey::net
