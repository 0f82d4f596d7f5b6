#include <latchkey/core/base64url.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/store/entity_tag.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace latchkey::store {
namespace {

using revision_bytes = std::array<unsigned char, 8>;

std::optional<std::uint64_t> revision_of(std::string_view tag) {
  if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') return std::nullopt;
  tag = tag.substr(1, tag.size() - 2);
  revision_bytes bytes{};
  if (core::base64url_decoded_size(tag.size()) != bytes.size()) return std::nullopt;
  if (!core::base64url_decode(tag, bytes)) return std::nullopt;
  std::uint64_t revision = 0;
  for (const auto one : bytes) revision = revision << 8U | one;
  return revision;
}

bool has(const std::vector<std::uint64_t>& all, std::uint64_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::string entity_tag_of(std::uint64_t revision) {
  revision_bytes bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(revision >> (56 - 8 * i));
  }
  return '"' + core::base64url_encode(std::span<const unsigned char>{bytes}) + '"';
}

bool condition::holds(std::uint64_t revision) const {
  return (!only || has(*only, revision)) && !has(except, revision);
}

void add_if_match(condition& to, std::string_view value) {
  if (http::trim(value) == "*") return;
  if (!to.only) to.only.emplace();
  while (!value.empty()) {
    if (const auto one = revision_of(http::take_element(value))) to.only->push_back(*one);
  }
}

void add_if_none_match(condition& to, std::string_view value) {
  if (http::trim(value) == "*") {
    to.only.emplace();
    return;
  }
  while (!value.empty()) {
    auto tag = http::take_element(value);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (const auto one = revision_of(tag)) to.except.push_back(*one);
  }
}

}  // namespace latchkey::store
