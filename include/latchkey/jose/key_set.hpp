// The keys of one issuer: an immutable table from kid to key (RFC 7517 section 5). Not for fetching
// or refreshing: that is auth/jwks_client.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/jwk.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace latchkey::jose {

struct key_set_limits {
  std::size_t bytes = std::size_t{512} * 1024;
  std::size_t keys = 100;  // usable or not
};

// Makes a key of what a JWK says, as key::load does; for a caller who bounds or remembers that
// work.
using key_loader = std::function<core::result<key>(jwk_content)>;

class key_set {
 public:
  using limits = key_set_limits;

  // A key of the document that is not in the set.
  struct skipped_key {
    std::string kid;  // empty where it has none; at most 256 bytes of it
    core::error_code why;

    bool operator==(const skipped_key&) const = default;
  };

  // One bad key does not spoil the others: what parse_jwk refuses is skipped and listed. So is a
  // key without a kid, since a token must name its key, and every key of a kid that two different
  // keys claim. The same key twice under one kid is one key. A key whose private half stands in the
  // document as well, under that kid or with the same numbers under another, is skipped too. An
  // error if the whole is not a JSON object with an array `keys`, or exceeds a limit; a set without
  // a usable key is none, and says in skipped() what the document lists.
  //
  // A key that `before` has with the same content is taken over from it: its numbers are not
  // checked again, and what has been prepared for it stays of use. Other keys are made by `load`.
  static core::result<std::shared_ptr<const key_set>> read(std::string_view jwks,
                                                           const limits& bounds,
                                                           const key_set* before,
                                                           const key_loader& load);

  // The same, with key::load, and a set without a usable key is an error.
  static core::result<std::shared_ptr<const key_set>> parse(std::string_view jwks,
                                                            const limits& bounds = {},
                                                            const key_set* before = nullptr);

  // The key of that kid, compared byte by byte; null where there is none.
  std::shared_ptr<const key> find(std::string_view kid) const;

  std::size_t size() const { return keys_.size(); }
  // In alphabetical order.
  std::vector<std::string> kids() const;
  const std::vector<skipped_key>& skipped() const { return skipped_; }

 private:
  struct hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  key_set() = default;
  void add(const boost::json::value& jwk, const key_set* before, const key_loader& load);
  void add(const std::shared_ptr<const key>& made, const key_loader& load);
  static void widen(std::shared_ptr<const key>& present, algorithm_set more,
                    const key_loader& load);
  void remove_exposed(const boost::json::value& jwk);
  void skip(std::string_view kid, const core::error_code& why);
  bool in_conflict(std::string_view kid) const;

  std::unordered_map<std::string, std::shared_ptr<const key>, hash, std::equal_to<>> keys_;
  std::vector<skipped_key> skipped_;
};

}  // namespace latchkey::jose
