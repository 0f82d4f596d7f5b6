#include "run/load_url.hpp"

#include "common/number.hpp"

#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace latchkey::bench::run {
namespace {

constexpr std::string_view behind_scheme = "://";
constexpr unsigned char first_of_several = 0x80;  // bytes of a character of UTF-8

// Text for a terminal: no control characters.
std::string printable(std::string_view text) {
  std::string made{text};
  std::replace_if(
      made.begin(), made.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return made;
}

// Without what stands before an '@' of its authority.
std::string without_user(std::string_view text) {
  const auto scheme = text.find(behind_scheme);
  const auto begin = scheme == text.npos ? 0 : scheme + behind_scheme.size();
  const auto authority = text.substr(begin, text.find_first_of("/?#", begin) - begin);
  const auto at = authority.rfind('@');
  std::string made{text};
  if (at != authority.npos) made.replace(begin, at, "...");
  return made;
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument{fmt::format("\"{}\": {}", printable(without_user(text)), why)};
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < first_of_several; });
}

// The length of the character of UTF-8 that begins there; 0 for what is none (RFC 3629 section 4).
std::size_t character_length(std::string_view at) {
  const auto byte = [&at](std::size_t i) {
    return i < at.size() ? static_cast<unsigned char>(at[i]) : 0U;
  };
  const auto more = [&byte](std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  const auto first = byte(0);
  const auto second = byte(1);
  if (first >= 0xC2 && first <= 0xDF) return more(1, 2) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return !overlong && !surrogate && more(1, 3) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second > 0x8F;
    return !overlong && !beyond && more(1, 4) ? 4 : 0;
  }
  return 0;
}

std::string target_of(std::string_view text, std::size_t from) {
  std::string made;
  if (from == text.size() || text[from] != '/') made = "/";
  for (auto at = from; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '#') {
      refuse(text, "what stands behind # is never sent to a server: leave it off, or write %23");
    }
    if (c == ' ') refuse(text, fmt::format("a space at byte {}: write %20", at + 1));
    if (c < ' ' || c == 0x7F) {
      refuse(text, fmt::format("a control character (0x{:02x}) at byte {}", c, at + 1));
    }
    if (c < first_of_several) {
      made += text[at++];
      continue;
    }
    const auto length = character_length(text.substr(at));
    if (length == 0) {
      refuse(text,
             fmt::format("byte {} (0x{:02x}) is not UTF-8: write it as %{:02X}", at + 1, c, c));
    }
    for (const auto end = at + length; at < end; ++at) {
      made += fmt::format("%{:02X}", static_cast<unsigned char>(text[at]));
    }
  }
  return made;
}

// What is wrong with a port; empty where nothing is, or where there is none.
std::string problem_of_port(std::string_view behind_host) {
  if (behind_host.empty()) return {};
  const auto digits = behind_host.substr(1);
  if (digits.empty()) return "a port is missing behind the colon";
  if (parse_number<std::uint16_t>(digits).value_or(0) != 0) return {};
  return fmt::format("\"{}\" is no port: take 1 to 65535", printable(digits));
}

std::string problem_of_bracketed(std::string_view authority) {
  const auto end = authority.find(']');
  if (end == authority.npos) return "the bracket of an IPv6 address is not closed";
  const auto inside = authority.substr(1, end - 1);
  if (inside.find('%') != inside.npos) return "an IPv6 address with a zone is not supported";
  const auto behind = authority.substr(end + 1);
  if (!behind.empty() && behind.front() != ':') return "only a port may follow an IPv6 address";
  if (auto port = problem_of_port(behind); !port.empty()) return port;
  return fmt::format("\"{}\" is no IPv6 address", printable(inside));
}

// Of an authority that http::parse_url does not take.
std::string problem_of_authority(std::string_view authority) {
  if (authority.empty()) return "the host is missing";
  if (authority.find('@') != authority.npos) {
    return "user and password are not taken from a URL: give --header 'Authorization: ...'";
  }
  if (!is_ascii(authority)) {
    return "a host name has ASCII letters only: write its form that begins with xn--";
  }
  if (authority.front() == '[') return problem_of_bracketed(authority);
  const auto colon = authority.find(':');
  if (colon != authority.npos && authority.find(':', colon + 1) != authority.npos) {
    return "an IPv6 address stands in brackets: http://[::1]:8080/";
  }
  const auto host = authority.substr(0, colon);
  if (host.empty()) return "the host is missing";
  if (colon != authority.npos) {
    if (auto port = problem_of_port(authority.substr(colon)); !port.empty()) return port;
  }
  if (host.find_first_not_of("0123456789.xXabcdefABCDEF") == host.npos) {
    return fmt::format("\"{}\" is neither a host name nor an address of four numbers", host);
  }
  return fmt::format("\"{}\" is no host name", printable(host));
}

}  // namespace

load_url parse_load_url(std::string_view text) {
  if (text.empty()) refuse(text, "is empty: expected http://host/path or https://host/path");
  const auto colon = text.find(':');
  const auto scheme = text.substr(0, colon);
  const bool secure = http::same_name(scheme, "https");
  if (colon == text.npos || (!secure && !http::same_name(scheme, "http"))) {
    // "localhost:8080/" has a colon, but it is that of a port.
    if (text.find(behind_scheme) == text.npos) {
      refuse(text, "the scheme is missing: expected http://host/path or https://host/path");
    }
    refuse(text, fmt::format("the scheme is \"{}\": take http or https", printable(scheme)));
  }
  if (!text.substr(colon).starts_with(behind_scheme)) {
    refuse(text,
           fmt::format("expected {}://host/path, with two slashes", secure ? "https" : "http"));
  }
  const auto begin = colon + behind_scheme.size();
  const auto end = std::min(text.find_first_of("/?#", begin), text.size());
  const auto place = http::parse_url(text.substr(0, end));
  if (!place) refuse(text, problem_of_authority(text.substr(begin, end - begin)));
  return {secure, std::string{place->authority}, std::string{place->host}, place->port,
          target_of(text, end)};
}

std::string shown_url(std::string_view text) {
  return printable(without_user(text.substr(0, text.find_first_of("?#"))));
}

}  // namespace latchkey::bench::run
