#include <latchkey/http/body.hpp>
#include <latchkey/http/errc.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::http {
namespace {

class held_bytes : public body::reader {
 public:
  explicit held_bytes(std::string held) : held_{std::move(held)}, size_{held_.size()} {}

  async::task<core::result<std::size_t>> read_some(std::span<char> out) override {
    if (done()) co_return 0;
    const auto taken = held_.copy(out.data(), out.size(), at_);
    at_ += taken;
    // An answer may take much longer than the request.
    if (done()) std::string{}.swap(held_);
    co_return taken;
  }
  void allow(const body_limits&) override {}
  void end_by(core::deadline) override {}
  std::optional<std::uint64_t> length() const override { return size_; }
  bool done() const override { return at_ == size_; }
  bool is_too_large() const override { return false; }

 private:
  std::string held_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace

body::body(std::string held) : own_{std::make_shared<held_bytes>(std::move(held))} {
  from_ = own_.get();
}

async::task<core::result<std::size_t>> body::read_some(std::span<char> out) {
  if (from_ != nullptr) co_return co_await from_->read_some(out);
  if (!read_) co_return std::size_t{0};
  co_return co_await read_(out);
}

void body::allow(const body_limits& limits) {
  if (from_ != nullptr) from_->allow(limits);
}

void body::end_by(core::deadline until) {
  if (from_ != nullptr) from_->end_by(until);
}

std::optional<std::uint64_t> body::length() const {
  if (from_ != nullptr) return from_->length();
  if (!read_) return 0;
  return std::nullopt;
}

async::task<core::result<std::string>> body::read_all(std::size_t limit) {
  constexpr std::size_t step = 16 * 1024;
  std::string bytes;
  for (;;) {
    const auto have = bytes.size();
    // One byte past the limit tells a body that just fits from one that is too long.
    bytes.resize(have + std::min(step - 1, limit - have) + 1);
    const auto got = co_await read_some({bytes.data() + have, bytes.size() - have});
    if (got.has_error()) co_return got.error();
    bytes.resize(have + *got);
    if (*got == 0) co_return bytes;
    if (bytes.size() > limit) co_return errc::body_too_large;
  }
}

}  // namespace latchkey::http
