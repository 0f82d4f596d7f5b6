#include <latchkey/auth/bearer.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/core/every_byte.hpp>
#include <latchkey/core/hex.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <string>

namespace latchkey::auth {
namespace {

// Of token68 (RFC 9110 section 11.2), without the '=' at its end. No branches, since it is asked of
// each byte of each token: see every_byte.
constexpr bool token68(unsigned char c) {
  const auto letter = static_cast<unsigned char>((c | 0x20) - 'a');
  // "+,-./0123456789" follow one another; of them ',' alone does not belong.
  const auto mark = static_cast<unsigned char>(c - '+');
  return (letter < 26) | ((mark < 15) & (c != ',')) | (c == '_') | (c == '~');
}

// What a form decoder behind us makes of the name; a '%' without two digits stays as it is.
std::string decode_name(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && core::hex_digit(text[i + 1]) >= 0 &&
        core::hex_digit(text[i + 2]) >= 0) {
      plain.push_back(
          static_cast<char>(core::hex_digit(text[i + 1]) * 16 + core::hex_digit(text[i + 2])));
      i += 2;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

// Behind "Bearer"; whatever characters it has.
core::result<std::string_view> text_in(std::string_view value) {
  const auto end = std::find_if_not(value.begin(), value.end(), http::is_token_char);
  const auto length = static_cast<std::size_t>(end - value.begin());
  if (!http::same_name(value.substr(0, length), "bearer")) return errc::no_credentials;
  const auto rest = value.substr(length);
  if (!rest.starts_with(' ')) return errc::malformed_credentials;
  return rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
}

}  // namespace

bool is_b64token(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  // By a type of its own, so that it stands in the loop.
  return !text.empty() && core::every_byte(text, [](unsigned char c) { return token68(c); });
}

bool has_access_token(std::string_view query) {
  while (!query.empty()) {
    // Some form decoders take ';' for a separator too.
    const auto end = std::min(query.find_first_of("&;"), query.size());
    const auto pair = query.substr(0, end);
    if (decode_name(pair.substr(0, pair.find('='))) == "access_token") return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

core::result<std::string_view> bearer_in(std::string_view value) {
  auto text = text_in(value);
  if (text && !is_b64token(*text)) return errc::malformed_credentials;
  return text;
}

core::result<std::string_view> bearer_text(const http::request_head& head, std::string_view query) {
  if (head.count("authorization") > 1) return errc::duplicate_authorization;
  const auto field = head.find("authorization");
  if (!field) return errc::no_credentials;
  auto text = text_in(*field);
  if (text.has_error() && text.error() == errc::no_credentials) return text;
  if (has_access_token(query)) return errc::token_in_two_places;
  return text;
}

core::result<std::string_view> bearer_token(const http::request_head& head,
                                            std::string_view query) {
  auto text = bearer_text(head, query);
  if (text && !is_b64token(*text)) return errc::malformed_credentials;
  return text;
}

}  // namespace latchkey::auth
