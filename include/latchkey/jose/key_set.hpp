// The keys of one issuer: an immutable table by kid and algorithm (RFC 7517 section 5). Not for
// fetching or refreshing: that is auth/jwks_client.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/jwk.hpp>

#include <array>
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

  bool operator==(const key_set_limits&) const = default;
};

// Makes a key from the content of a JWK, as key::load does; for callers that limit or cache that
// work.
using key_loader = std::function<core::result<key>(jwk_content)>;

class key_set {
 public:
  using limits = key_set_limits;

  // A key of the document that is not in the set.
  struct skipped_key {
    std::string kid;  // empty where it has none; at most 256 bytes of it
    std::string kty;  // the same, at most 16 bytes of it
    core::error_code why;
    // The key is well-formed, but must not verify tokens here: it is published with its private
    // half, in conflict with another, for another use or of another type. Otherwise it is
    // malformed, perhaps by accident, or not checked yet.
    bool disqualified = false;

    bool operator==(const skipped_key&) const = default;
  };

  // A key of the set whose text is not as RFC 7518 has it, or with which the kernel for single
  // signatures is wrong.
  struct noted_key {
    std::string kid;
    std::string kty;
    jwk_spelling spelling;
    bool kernel_wrong = false;

    // The names of what there is to note, for logs. Static storage.
    std::vector<std::string_view> remarks() const;
    bool operator==(const noted_key&) const = default;
  };

  // One bad key does not invalidate the others: what parse_jwk refuses is skipped and listed.
  // Several keys may have one kid as long as no two of them serve the same algorithm (RFC 7517
  // section 4.5); where two do, none of those two is used, since which of them the issuer means is
  // not ours to guess. The same key more than once is one key, for the algorithms of every mention.
  // A key whose private half stands in the document as well, under that kid or with the same
  // numbers under another, is skipped too. An error if the whole is not a JSON object with an array
  // `keys`, or exceeds a limit; a set without a usable key is none, and says in skipped() what the
  // document lists.
  //
  // A key that `before` has with the same content is taken over from it: its numbers are not
  // checked again, and what has been prepared for it stays of use. Other keys are made by `make`.
  static core::result<std::shared_ptr<const key_set>> read(std::string_view jwks,
                                                           const limits& bounds,
                                                           const key_set* before,
                                                           const key_loader& make);
  // With key::load.
  static core::result<std::shared_ptr<const key_set>> read(std::string_view jwks,
                                                           const limits& bounds = {},
                                                           const key_set* before = nullptr);

  // The same, where a set without a usable key is an error as well.
  static core::result<std::shared_ptr<const key_set>> parse(std::string_view jwks,
                                                            const limits& bounds = {},
                                                            const key_set* before = nullptr);

  // The key that a token asks for, whose header has that kid, compared byte by byte, and that
  // algorithm; an empty kid stands for none. Without a kid it is the one key that serves the
  // algorithm, with a kid or without (OpenID Connect Core 1.0 section 10.1). Errors: unknown_key;
  // key_alg_mismatch where keys have that kid, but none serves the algorithm; kid_missing where
  // several could be meant.
  core::result<std::shared_ptr<const key>> choose(std::string_view kid, algorithm alg) const;

  // The first key of that kid; null where there is none. Not for choosing what a token is checked
  // with.
  std::shared_ptr<const key> find(std::string_view kid) const;

  // Both have the same keys under the same kids, whatever their documents look like.
  bool same_keys(const key_set& other) const;

  std::size_t size() const;
  bool empty() const { return keys_.empty(); }
  // In alphabetical order, each once. Keys without a kid are not in it.
  std::vector<std::string> kids() const;
  // How many keys have none.
  std::size_t without_kid() const;
  const std::vector<skipped_key>& skipped() const { return skipped_; }
  const std::vector<noted_key>& noted() const { return noted_; }

 private:
  struct hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using key_list = std::vector<std::shared_ptr<const key>>;

  // What a token without a kid gets.
  struct sole_key {
    std::shared_ptr<const key> found;
    bool several = false;
  };

  key_set() = default;
  core::result<std::shared_ptr<const key>> load(jwk_content content, const key_set* before,
                                                const key_loader& make);
  void add(std::shared_ptr<const key> made);
  // The key of that content; null where there is none.
  std::shared_ptr<const key> same(const jwk_content& content) const;

  // Never an empty list.
  std::unordered_map<std::string, key_list, hash, std::equal_to<>> keys_;
  std::array<sole_key, algorithm_count> sole_;
  std::vector<skipped_key> skipped_;
  std::vector<noted_key> noted_;
};

}  // namespace latchkey::jose
