#include "claim_json.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/edge/certificate_headers.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace latchkey::edge {
namespace {

constexpr std::array<std::pair<std::string_view, certificate_part>, 7> parts{
    {{"cert.subject", certificate_part::subject},
     {"cert.issuer", certificate_part::issuer},
     {"cert.serial", certificate_part::serial},
     {"cert.sha256", certificate_part::sha256},
     {"cert.san.dns", certificate_part::dns},
     {"cert.san.uri", certificate_part::uris},
     {"cert.san.email", certificate_part::emails}}};

// A single text, or a list of them.
std::span<const std::string> texts_of(const core::client_certificate& client,
                                      certificate_part part) {
  switch (part) {
    case certificate_part::subject:
      return {&client.subject, 1};
    case certificate_part::issuer:
      return {&client.issuer, 1};
    case certificate_part::serial:
      return {&client.serial, 1};
    case certificate_part::sha256:
      return {&client.sha256, 1};
    case certificate_part::dns:
      return client.dns;
    case certificate_part::uris:
      return client.uris;
    case certificate_part::emails:
      return client.emails;
  }
  return {};
}

bool is_list(certificate_part part) {
  return part >= certificate_part::dns;
}

std::string json_of(std::span<const std::string> texts, bool list) {
  std::string made;
  for (const auto& one : texts) {
    if (!made.empty()) made.append(1, ',');
    append_json_text(made, one);
  }
  return list ? '[' + made + ']' : made;
}

bool append_elements(std::string& out, std::span<const std::string> texts,
                     const claim_header& how) {
  for (const auto& one : texts) {
    const auto begin = out.size();
    if (!append_claim_text(out, one, how.form)) return false;
    if (!append_separator(out, begin, how.separator)) return false;
  }
  out.resize(out.size() - how.separator.size());
  return true;
}

bool append_value(std::string& out, std::span<const std::string> texts, const claim_header& how,
                  bool list) {
  switch (how.form) {
    case claim_form::json:
      out = json_of(texts, list);
      return true;
    case claim_form::base64url:
      out = core::base64url_encode(list ? json_of(texts, list) : texts.front());
      return true;
    case claim_form::plain:
    case claim_form::percent:
      break;
  }
  return list ? append_elements(out, texts, how) : append_claim_text(out, texts.front(), how.form);
}

}  // namespace

std::optional<certificate_part> certificate_part_of(std::string_view claim) {
  const auto* const found = std::find_if(parts.begin(), parts.end(),
                                         [claim](const auto& one) { return one.first == claim; });
  if (found == parts.end()) return std::nullopt;
  return found->second;
}

std::vector<certificate_header> certificate_headers(std::span<const claim_header> headers) {
  std::vector<certificate_header> made;
  for (const auto& one : headers) {
    if (const auto part = certificate_part_of(one.claim)) made.push_back({*part, one});
  }
  return made;
}

std::optional<claim_fault> add_certificate(const core::client_certificate* client,
                                           std::span<const certificate_header> headers,
                                           const claim_limits& limits, field_list& out) {
  if (client == nullptr) return std::nullopt;
  std::size_t all = 0;
  for (const auto& header : headers) {
    const auto texts = texts_of(*client, header.part);
    const bool list = is_list(header.part);
    if (texts.empty() || (!list && texts.front().empty())) continue;
    std::string text;
    if (!append_value(text, texts, header.how, list)) {
      return claim_fault{errc::claim_not_sendable, header.how.name};
    }
    all += text.size();
    if (text.size() > limits.value || all > limits.all) {
      return claim_fault{errc::claims_too_large, header.how.name};
    }
    out.add(header.how.name, out.keep({text}));
  }
  return std::nullopt;
}

}  // namespace latchkey::edge
