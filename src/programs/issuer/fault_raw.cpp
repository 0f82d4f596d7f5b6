#include "issuer/fault_raw.hpp"

#include "issuer/fault_answer.hpp"

#include <latchkey/http1/response_writer.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace latchkey::issuer {
namespace {

constexpr std::uint64_t huge_body = 60'000'000;
constexpr std::size_t flood_piece = 16 * 1024;
constexpr std::chrono::seconds patience{30};

core::deadline after(std::chrono::milliseconds wait) {
  return core::deadline{core::steady_time::clock::now() + wait};
}

async::task<core::error_code> send(http::byte_stream& to, std::string_view bytes) {
  to.write_until(after(patience));
  return to.write(bytes);
}

struct silence {
  std::shared_ptr<const bool> over;

  async::task<> operator()(http::byte_stream& to) const {
    // How late it may see that it is over.
    constexpr std::chrono::milliseconds look{200};
    std::array<char, 4096> sink;
    while (!*over) {
      to.read_until(after(look));
      const auto got = co_await to.read_some(sink);
      if (got.has_error() && got.error() != boost::system::errc::timed_out) co_return;
      if (got.has_value() && *got == 0) co_return;
    }
  }
};

// Something, then an end.
struct broken_off {
  std::string bytes;
  bool by_reset = false;

  async::task<> operator()(http::byte_stream& to) const {
    if (!bytes.empty()) co_await send(to, bytes);
    if (by_reset) to.reset();
  }
};

struct drip {
  std::string at_once;
  std::string slowly;
  std::chrono::milliseconds interval;
  async::executor where;
  std::shared_ptr<const bool> over;

  async::task<> operator()(http::byte_stream& to) const {
    async::timer pause{where};
    if (!at_once.empty() && co_await send(to, at_once)) co_return;
    for (const char& one : slowly) {
      if (*over || co_await send(to, {&one, 1})) co_return;
      pause.expires_after(interval);
      co_await pause.async_wait(async::use_task);
    }
  }
};

// The same again and again, up to so many bytes or without an end.
struct flood {
  std::string first;
  std::string again;
  std::optional<std::uint64_t> left;  // of what comes again
  std::shared_ptr<const bool> over;

  async::task<> operator()(http::byte_stream& to) const {
    if (!first.empty() && co_await send(to, first)) co_return;
    for (auto rest = left; !*over && rest != 0U;) {
      const auto size = std::min<std::uint64_t>(again.size(), rest.value_or(again.size()));
      if (co_await send(to, std::string_view{again}.substr(0, size))) co_return;
      if (rest) *rest -= size;
    }
  }
};

std::string head_of(const http::response& sound, const http1::response_framing& framing) {
  http1::date_text date;
  std::string head;
  http1::append_head(head, sound, framing, date.at(std::chrono::system_clock::now()));
  return head;
}

std::string with_length(const http::response& sound, std::uint64_t length) {
  return head_of(sound, {.keep_alive = false, .length = length, .chunked = false});
}

std::string chunk_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (auto rest = text.size(); rest != 0; rest /= 16) size.insert(size.begin(), digits[rest % 16]);
  return size + "\r\n" + std::string{text} + "\r\n";
}

std::string interim_answers() {
  constexpr std::string_view one =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n";
  std::string text;
  while (text.size() + one.size() <= flood_piece) text += one;
  return text;
}

std::string body_of(const wire_input& in) {
  return std::string{body_text(in.sound)};
}

std::string half_of(const std::string& body) {
  return body.substr(0, body.size() / 2);
}

http::tunnel keep_silent(const wire_input& in) {
  return silence{in.over};
}

http::tunnel reset_within(const wire_input& in) {
  const auto body = body_of(in);
  return broken_off{with_length(in.sound, body.size()) + half_of(body), true};
}

http::tunnel short_length(const wire_input& in) {
  const auto body = body_of(in);
  return broken_off{with_length(in.sound, half_of(body).size()) + body};
}

http::tunnel long_length(const wire_input& in) {
  const auto body = body_of(in);
  return broken_off{with_length(in.sound, body.size() + 100) + body};
}

http::tunnel drip_head(const wire_input& in) {
  const auto body = body_of(in);
  return drip{{}, with_length(in.sound, body.size()) + body, in.shown.interval, in.where, in.over};
}

http::tunnel drip_body(const wire_input& in) {
  const auto body = body_of(in);
  return drip{with_length(in.sound, body.size()), body, in.shown.interval, in.where, in.over};
}

// White space behind the document, so that nothing but its size is wrong.
http::tunnel huge(const wire_input& in) {
  const auto body = body_of(in);
  return flood{with_length(in.sound, std::max<std::uint64_t>(huge_body, body.size())) + body,
               std::string(flood_piece, ' '),
               huge_body - std::min<std::uint64_t>(huge_body, body.size()), in.over};
}

http::tunnel endless(const wire_input& in) {
  const auto body = body_of(in);
  return flood{head_of(in.sound, {.keep_alive = false, .length = {}, .chunked = true}) +
                   (body.empty() ? "" : chunk_of(body)),
               chunk_of(std::string(flood_piece, ' ')), std::nullopt, in.over};
}

http::tunnel interim_flood(const wire_input& in) {
  return flood{{}, interim_answers(), std::nullopt, in.over};
}

constexpr auto raw_kinds = std::to_array<fault_kind>({
    {.name = "silence",
     .description = "the request is read and never answered",
     .shown = keep_silent,
     .hangs = true},
    {"reset", "the connection is reset in the middle of the body", reset_within},
    {"short-length", "Content-Length is half the size of the document", short_length},
    {"long-length", "Content-Length is larger than what comes before the end", long_length},
    {.name = "drip-head",
     .description = "one byte every interval_ms (400), from the first on",
     .shown = drip_head,
     .hangs = true},
    {.name = "drip-body",
     .description = "the same, from the first byte of the body on",
     .shown = drip_body,
     .hangs = true},
    {"huge", "a body of 60 MB, announced by Content-Length", huge},
    {"endless", "a chunked body without an end", endless},
    {"interim-flood", "1xx answers without an end", interim_flood},
});

}  // namespace

std::span<const fault_kind> wire_faults() {
  return raw_kinds;
}

http::tunnel raw_fault(const fault& shown, const http::response& sound, async::executor where,
                       std::shared_ptr<const bool> over) {
  const auto made = shown.kind == nullptr ? nullptr : shown.kind->shown.wire();
  if (made == nullptr) return broken_off{{}, true};
  return made({shown, sound, std::move(where), std::move(over)});
}

}  // namespace latchkey::issuer
