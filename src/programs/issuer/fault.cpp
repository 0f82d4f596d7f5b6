#include "issuer/fault.hpp"

#include <latchkey/http/errc.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/object.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

std::int64_t whole_number(const json::value& member, std::int64_t least, std::int64_t most) {
  const auto* number = member.if_int64();
  if (number == nullptr || *number < least || *number > most) {
    throw std::invalid_argument{"must be a whole number from " + std::to_string(least) + " to " +
                                std::to_string(most)};
  }
  return *number;
}

bool truth(const json::value& member) {
  if (!member.is_bool()) throw std::invalid_argument{"must be true or false"};
  return member.get_bool();
}

std::string text(const json::value& member) {
  if (!member.is_string()) throw std::invalid_argument{"must be a string"};
  return std::string{member.get_string()};
}

// For what becomes a header field.
std::string line(const json::value& member) {
  auto value = text(member);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(value.begin(), value.end(), control)) {
    throw std::invalid_argument{"must not have control characters"};
  }
  return value;
}

void read_member(std::string_view name, const json::value& member, fault& wanted) {
  constexpr std::int64_t minute = 60'000;
  constexpr std::int64_t mebibytes = 16 * 1024 * 1024;
  if (name == "document") {
    wanted.document = text(member);
    if (wanted.document != "jwks" && wanted.document != "configuration") {
      throw std::invalid_argument{"must be \"jwks\" or \"configuration\""};
    }
  } else if (name == "status") {
    wanted.status = static_cast<unsigned>(whole_number(member, 200, 599));
  } else if (name == "hold") {
    wanted.hold = truth(member);
  } else if (name == "cut_off") {
    wanted.cut_off = truth(member);
  } else if (name == "delay_ms") {
    wanted.delay = std::chrono::milliseconds{whole_number(member, 0, minute)};
  } else if (name == "body") {
    wanted.body = text(member);
  } else if (name == "padding") {
    wanted.padding = static_cast<std::size_t>(whole_number(member, 0, mebibytes));
  } else if (name == "location") {
    wanted.location = line(member);
  } else if (name == "cache_control") {
    wanted.cache_control = line(member);
  } else if (name == "retry_after") {
    wanted.retry_after = line(member);
  } else {
    throw std::invalid_argument{"is not known"};
  }
}

// One piece of the body, then the end of the connection.
struct broken_source {
  std::string piece;
  bool given = false;

  async::task<core::result<std::size_t>> operator()(std::span<char> out) {
    if (std::exchange(given, true)) co_return http::errc::body_cut_off;
    const auto size = std::min(out.size(), piece.size());
    std::copy_n(piece.data(), size, out.data());
    co_return size;
  }
};

std::string body_text(const http::response& answer) {
  const auto* whole = std::get_if<std::string>(&answer.body);
  return whole == nullptr ? std::string{} : *whole;
}

http::response with_fault(const fault& shown, const http::response& sound) {
  http::response answer{static_cast<http::status>(shown.status)};
  for (const auto& one : sound.fields()) answer.set(one.name, one.value);
  if (shown.location) answer.set("location", *shown.location);
  if (shown.cache_control) answer.set("cache-control", *shown.cache_control);
  if (shown.retry_after) answer.set("retry-after", *shown.retry_after);
  auto body = shown.body ? *shown.body : body_text(sound);
  body.append(shown.padding, ' ');
  if (shown.cut_off) {
    answer.body = http::source{broken_source{body.substr(0, body.size() / 2 + 1)}};
  } else {
    answer.body = std::move(body);
  }
  return answer;
}

}  // namespace

std::optional<fault> parse_fault(std::string_view text, std::string& why) {
  const auto parsed = jose::parse_json(text);
  if (!parsed || !parsed->is_object()) {
    why = "the body must be one JSON object";
    return std::nullopt;
  }
  fault wanted;
  for (const auto& one : parsed->get_object()) {
    const std::string name{one.key()};
    try {
      read_member(name, one.value(), wanted);
    } catch (const std::invalid_argument& wrong) {
      why = '"' + name + "\" " + wrong.what();
      return std::nullopt;
    }
  }
  return wanted;
}

void fault_switch::lift() {
  current_.reset();
  async::wake_all(held_.take());
}

async::task<http::response> fault_switch::operator()(http::context& ctx,
                                                     const http::handler& next) {
  if (!current_) co_return co_await next(ctx);
  // A copy: the fault may be lifted or replaced while this request waits.
  const auto shown = *current_;
  if (shown.delay.count() > 0) {
    async::timer pause{ctx.executor};
    pause.expires_after(shown.delay);
    co_await pause.async_wait(async::use_task);
  }
  if (shown.hold) {
    const auto self = held_.join(ctx.executor);
    co_await self->wait(ctx.deadline);
    held_.leave(self);
    co_return co_await next(ctx);
  }
  const auto sound = co_await next(ctx);
  co_return with_fault(shown, sound);
}

}  // namespace latchkey::issuer
