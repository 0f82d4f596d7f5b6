#include <latchkey/middleware/request_id.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

namespace latchkey::middleware {
namespace {

bool acceptable(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::mt19937_64 seeded() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  return std::mt19937_64{seed};
}

}  // namespace

async::task<http::response> request_id::operator()(http::context& ctx,
                                                   const http::handler& next) const {
  const auto given = ctx.trusted_peer ? ctx.request.find("x-request-id") : std::nullopt;
  ctx.request_id = given && acceptable(*given) ? core::block_string{*given} : make();
  auto answer = co_await next(ctx);
  answer.set("x-request-id", ctx.request_id);
  co_return answer;
}

core::block_string random_request_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  thread_local std::mt19937_64 engine = seeded();
  core::block_string id(32, '0');
  for (std::size_t half = 0; half < 2; ++half) {
    auto bits = engine();
    for (std::size_t i = 0; i < 16; ++i, bits >>= 4) id[half * 16 + i] = digits[bits & 15U];
  }
  return id;
}

}  // namespace latchkey::middleware
