// The scopes a token grants, in its own order, and the comparison of whole scopes. Not for deciding
// which claim they come from: that is jose/claims.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::core {

class scope_set {
 public:
  scope_set() = default;
  scope_set(std::initializer_list<std::string_view> scopes);

  // Splits `text` on spaces (RFC 6749 section 3.3); empty pieces are left out. The set owns copies.
  static scope_set split(std::string_view text);

  // Adds one scope; a scope that is there already, or is empty, is not added again.
  void add(std::string_view scope);

  // Makes room for as many further scopes, so that adding them takes memory once.
  void reserve(std::size_t further) { items_.reserve(items_.size() + further); }

  // Whole scopes are compared, byte by byte: `note:read` is not in {`note:readonly`}.
  bool contains(std::string_view scope) const;
  bool contains_all(std::span<const std::string> required) const;

  // The scopes in the order they came. The span is valid while the set lives unchanged.
  std::span<const std::string> items() const { return items_; }
  bool empty() const { return items_.empty(); }

 private:
  std::vector<std::string> items_;
};

}  // namespace latchkey::core
