#include "issuer/fault.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <charconv>
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
  if (std::any_of(value.begin(), value.end(), core::is_control)) {
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
  } else if (name == "kind") {
    const auto* entry = find_kind(text(member));
    if (entry == nullptr) throw std::invalid_argument{"must be one of: " + kind_names()};
    wanted.kind = entry;
  } else if (name == "status") {
    wanted.status = static_cast<unsigned>(whole_number(member, 200, 599));
  } else if (name == "hold") {
    wanted.hold = truth(member);
  } else if (name == "cut_off") {
    wanted.cut_off = truth(member);
  } else if (name == "delay_ms") {
    wanted.delay = std::chrono::milliseconds{whole_number(member, 0, minute)};
  } else if (name == "interval_ms") {
    wanted.interval = std::chrono::milliseconds{whole_number(member, 1, minute)};
  } else if (name == "body") {
    wanted.body = text(member);
  } else if (name == "padding") {
    wanted.padding = static_cast<std::size_t>(whole_number(member, 0, mebibytes));
  } else if (name == "location") {
    wanted.location = line(member);
  } else if (name == "cache_control") {
    wanted.cache_control = line(member);
  } else if (name == "retry_after") {
    // Seconds as a number are what most would write.
    wanted.retry_after =
        member.is_int64() ? std::to_string(whole_number(member, 0, 1'000'000)) : line(member);
  } else {
    throw std::invalid_argument{"is not known"};
  }
}

// What only a fault without a kind is made of.
constexpr std::array<std::string_view, 4> free_members{"hold", "cut_off", "body", "padding"};

// Whether the parts go together.
void check(const fault& wanted, const json::object& given) {
  if (wanted.kind == nullptr) return;
  for (const auto name : free_members) {
    if (given.contains(name)) {
      throw std::invalid_argument{'"' + std::string{name} + "\" does not go with \"kind\""};
    }
  }
  if (wanted.kind->key_set_only && wanted.document != "jwks") {
    throw std::invalid_argument{std::string{wanted.kind->name} +
                                " is a fault of the key set alone"};
  }
  if (given.contains("status")) {
    constexpr std::array<unsigned, 4> redirects{301, 302, 307, 308};
    if (!wanted.kind->redirects ||
        std::find(redirects.begin(), redirects.end(), wanted.status) == redirects.end()) {
      throw std::invalid_argument{
          "\"status\" goes with a redirect and is 301, 302, 307 or 308, or it goes with no kind"};
    }
  }
}

// Throws std::invalid_argument.
fault read_fault(const json::object& given) {
  fault wanted;
  const auto read = [&wanted](std::string_view name, const json::value& member) {
    try {
      read_member(name, member, wanted);
    } catch (const std::invalid_argument& wrong) {
      throw std::invalid_argument{'"' + std::string{name} + "\" " + wrong.what()};
    }
  };
  // The kind first: what else is given stands over what it has by itself.
  if (const auto* kind = given.if_contains("kind")) read("kind", *kind);
  if (wanted.kind != nullptr && wanted.kind->defaults != nullptr) wanted.kind->defaults(wanted);
  for (const auto& one : given) {
    if (one.key() != "kind") read({one.key().data(), one.key().size()}, one.value());
  }
  check(wanted, given);
  return wanted;
}

std::optional<fault> read_or_say(const json::object& given, std::string& why) {
  try {
    return read_fault(given);
  } catch (const std::invalid_argument& wrong) {
    why = wrong.what();
    return std::nullopt;
  }
}

// A value of the command line: a number where it is one.
json::value option_value(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && rest == end) return number;
  return json::value(json::string_view{text.data(), text.size()});
}

}  // namespace

std::optional<fault> parse_fault(std::string_view text, std::string& why) {
  // The document it may bring is one string.
  jose::json_limits limits;
  limits.bytes = limits.string_bytes = std::max(limits.bytes, text.size());
  const auto parsed = jose::parse_json(text, limits);
  if (!parsed || !parsed->is_object()) {
    why = "the body must be one JSON object";
    return std::nullopt;
  }
  return read_or_say(parsed->get_object(), why);
}

std::optional<fault> parse_fault_option(std::string_view text, std::string& why) {
  json::object given;
  auto rest = text;
  const auto next = [&rest] {
    const auto part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    return part;
  };
  given["kind"] = std::string{next()};
  while (!rest.empty()) {
    const auto part = next();
    const auto equals = part.find('=');
    if (equals == part.npos || equals == 0 || given.contains(part.substr(0, equals))) {
      why = "expected KIND,name=value,... with each name once, not " + std::string{text};
      return std::nullopt;
    }
    given[part.substr(0, equals)] = option_value(part.substr(equals + 1));
  }
  return read_or_say(given, why);
}

}  // namespace latchkey::issuer
