#include "claim_json.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/edge/certificate_headers.hpp>
#include <latchkey/edge/claim_headers.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/jose/claim_path.hpp>

#include <algorithm>
#include <array>
#include <memory_resource>
#include <stdexcept>

namespace latchkey::edge {
namespace {

using kind = jose::json_view::kind;

// What most claims are parsed in.
constexpr std::size_t first_memory = std::size_t{8} * 1024;

bool is_plain(char c) {
  return c >= ' ' && c < 0x7F;
}

bool is_unreserved(char c) {
  return http::is_alphanumeric(c) ||
         (c != '\0' && std::string_view{"-._~"}.find(c) != std::string_view::npos);
}

void append_percent(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
}

// A text, a number or a truth value; false for what cannot stand in such a field.
bool append_scalar(std::string& out, jose::json_view value, claim_form form) {
  const auto text = value.text();
  if (!text) {
    if (value.type() >= kind::array || value.type() == kind::null) return false;
    return append_json(out, value);
  }
  return append_claim_text(out, *text, form);
}

bool append_elements(std::string& out, jose::json_view array, const claim_header& header) {
  for (const auto element : array.elements()) {
    const auto begin = out.size();
    if (!append_scalar(out, element, header.form) || out.size() == begin) return false;
    if (!append_separator(out, begin, header.separator)) return false;
  }
  out.resize(out.size() - header.separator.size());
  return true;
}

bool append_value(std::string& out, jose::json_view value, const claim_header& header) {
  switch (header.form) {
    case claim_form::json:
      return append_json(out, value);
    case claim_form::base64url: {
      std::string whole;
      if (const auto text = value.text()) {
        whole = *text;
      } else if (!append_json(whole, value)) {
        return false;
      }
      out = core::base64url_encode(whole);
      return true;
    }
    case claim_form::plain:
    case claim_form::percent:
      break;
  }
  if (value.is_array()) return append_elements(out, value, header);
  if (!value.is_object()) return append_scalar(out, value, header.form);
  std::string whole;
  if (!append_json(whole, value)) return false;
  if (header.form == claim_form::plain) {
    out = whole;
  } else {
    append_percent(out, whole);
  }
  return true;
}

bool is_nothing(jose::json_view value) {
  if (value.type() == kind::null) return true;
  if (value.is_array()) return value.size() == 0;
  const auto text = value.text();
  return text && text->empty();
}

}  // namespace

bool append_claim_text(std::string& out, std::string_view text, claim_form form) {
  if (form == claim_form::percent) {
    append_percent(out, text);
    return true;
  }
  // Readers take white space off both ends, and have another text then.
  if (text.starts_with(' ') || text.ends_with(' ')) return false;
  out.append(text);
  return std::all_of(text.begin(), text.end(), is_plain);
}

bool append_separator(std::string& out, std::size_t begin, std::string_view separator) {
  const auto end = out.size();
  out.append(separator);
  return out.find(separator, begin) == end;
}

void check(const claim_header& header) {
  if (header.claim.empty()) {
    throw std::invalid_argument{"header field \"" + header.name + "\": no claim is named"};
  }
  if (header.claim.starts_with(certificate_prefix) && !certificate_part_of(header.claim)) {
    throw std::invalid_argument{
        "header field \"" + header.name + "\": \"" + header.claim +
        "\" is nothing a client's certificate says; expected cert.subject, cert.issuer, "
        "cert.serial, cert.sha256, cert.san.dns, cert.san.uri or cert.san.email"};
  }
  const auto& separator = header.separator;
  const bool sendable =
      !separator.empty() && std::all_of(separator.begin(), separator.end(), is_plain);
  const bool apart = header.form != claim_form::percent ||
                     std::none_of(separator.begin(), separator.end(),
                                  [](char c) { return is_unreserved(c) || c == '%'; });
  if (sendable && apart) return;
  throw std::invalid_argument{"header field \"" + header.name + "\": \"" + separator +
                              "\" cannot separate the elements of an array"};
}

core::result<std::string> claim_text(jose::json_view value, const claim_header& header,
                                     std::size_t most) {
  std::string text;
  if (is_nothing(value)) return text;
  if (!append_value(text, value, header)) return errc::claim_not_sendable;
  if (text.size() > most) return errc::claims_too_large;
  return text;
}

std::optional<claim_fault> add_claims(std::string_view claims,
                                      std::span<const claim_header> headers,
                                      const claim_limits& limits, field_list& out) {
  if (headers.empty()) return std::nullopt;
  std::array<std::byte, first_memory> first;
  std::pmr::monotonic_buffer_resource memory{first.data(), first.size()};
  const auto parsed = jose::parse_json_view(claims, {}, memory);
  // It has been parsed when the token was verified.
  if (!parsed) return claim_fault{errc::claim_not_sendable, headers.front().name};
  std::size_t all = 0;
  for (const auto& header : headers) {
    const auto value = jose::find_claim(*parsed, header.claim);
    if (!value) continue;
    const auto text = claim_text(*value, header, limits.value);
    if (text.has_error()) {
      const bool large = text.error() == errc::claims_too_large;
      return claim_fault{large ? errc::claims_too_large : errc::claim_not_sendable, header.name};
    }
    if (text->empty()) continue;
    all += text->size();
    if (all > limits.all) return claim_fault{errc::claims_too_large, header.name};
    out.add(header.name, out.keep({*text}));
  }
  return std::nullopt;
}

std::optional<std::string> claim_key(std::string_view claims, std::string_view claim) {
  std::array<std::byte, first_memory> first;
  std::pmr::monotonic_buffer_resource memory{first.data(), first.size()};
  const auto parsed = jose::parse_json_view(claims, {}, memory);
  if (!parsed) return std::nullopt;
  const auto value = jose::find_claim(*parsed, claim);
  if (!value || is_nothing(*value)) return std::nullopt;
  if (const auto text = value->text()) return std::string{*text};
  std::string key;
  append_json(key, *value);
  return key;
}

}  // namespace latchkey::edge
