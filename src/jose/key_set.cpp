#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/key_set.hpp>

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

constexpr std::size_t max_kid_bytes = 256;
constexpr std::size_t max_kty_bytes = 16;

std::string text_of(const json::value& jwk, json::string_view name, std::size_t most) {
  const auto* object = jwk.if_object();
  const auto* member = object != nullptr ? object->if_contains(name) : nullptr;
  const auto* text = member != nullptr ? member->if_string() : nullptr;
  if (text == nullptr) return {};
  return {text->data(), std::min(text->size(), most)};
}

bool disqualifies(const core::error_code& why) {
  return why != errc::bad_jwk && why != errc::bad_modulus && why != errc::bad_exponent &&
         why != errc::bad_point && why != errc::key_check_failed && why != errc::key_not_checked;
}

// One element of `keys`.
struct element {
  std::string kid;  // as much of it as is kept of keys that are skipped
  std::string kty;
  jwk_spelling spelling;
  core::error_code why;              // why it is not used, as far as that is known
  jwk_content content;               // where there is no error
  const element* first = nullptr;    // the first mention of this very key under this kid
  algorithm_set algorithms;          // of the first: those of every mention
  bool contradicts = false;          // of the first: its mentions differ in algorithms and issuers
  std::vector<std::string> issuers;  // of the first: those of every mention, each once
  public_half exposed;               // of a key that is published with its private half
};

element read_element(const json::value& jwk) {
  element made;
  made.kid = text_of(jwk, "kid", max_kid_bytes);
  made.kty = text_of(jwk, "kty", max_kty_bytes);
  const auto* object = jwk.if_object();
  if (object == nullptr) {
    made.why = errc::bad_jwk;
    return made;
  }
  auto content = read_jwk(*object, &made.spelling);
  if (content) {
    made.content = std::move(*content);
  } else {
    made.why = content.error();
  }
  if (made.why == errc::private_key_published) made.exposed = read_public_half(*object);
  return made;
}

// Finds the mentions of one key, and what they add up to.
void merge(std::vector<element>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].why) continue;
    const auto& content = all[i].content;
    // The element itself where there is none before it.
    const auto same = std::find_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                                   [&content](const element& one) {
                                     return !one.why && one.content.kid == content.kid &&
                                            one.content.numbers == content.numbers;
                                   });
    same->first = &*same;
    all[i].first = &*same;
    same->algorithms = same->algorithms | content.algorithms;
    // Merged, each would serve the other's algorithm for its own issuer.
    same->contradicts = same->contradicts || (content.issuers != same->content.issuers &&
                                              content.algorithms != same->content.algorithms);
    for (const auto& issuer : content.issuers) {
      const auto known = std::find(same->issuers.begin(), same->issuers.end(), issuer);
      if (known == same->issuers.end()) same->issuers.push_back(issuer);
    }
  }
}

// Whether a key other than that one has its kid and serves one of its algorithms. Keys without a
// kid cannot be named, and so not be mistaken for one another.
bool in_conflict(const std::vector<element>& all, const element& first) {
  return !first.content.kid.empty() &&
         std::any_of(all.begin(), all.end(), [&first](const element& one) {
           return one.first == &one && &one != &first && one.content.kid == first.content.kid &&
                  !(one.algorithms & first.algorithms).empty();
         });
}

// Whether anybody can sign with that key, since its private half stands elsewhere in the document.
bool is_exposed(const std::vector<element>& all, const element& first) {
  return std::any_of(all.begin(), all.end(), [&first](const element& one) {
    const bool same_kid = !one.kid.empty() && one.kid == first.kid;
    return one.why == errc::private_key_published && one.first == nullptr &&
           (same_kid || is_half_of(one.exposed, first.content.numbers));
  });
}

core::result<std::vector<element>> read_elements(std::string_view jwks,
                                                 const key_set_limits& bounds) {
  if (jwks.size() > bounds.bytes) return errc::key_set_too_large;
  json_limits json_bounds;
  json_bounds.bytes = bounds.bytes;
  json_bounds.string_bytes = bounds.bytes;
  // More than any JWK has, and room for what stands beside them.
  json_bounds.values = std::max(std::size_t{16} * 1024, 64 * bounds.keys);
  json::monotonic_resource memory;
  const auto document = parse_json(jwks, json_bounds, &memory);
  if (!document) return document.error();
  const auto* object = document->if_object();
  const auto* keys = object != nullptr ? object->if_contains("keys") : nullptr;
  const auto* list = keys != nullptr ? keys->if_array() : nullptr;
  if (list == nullptr) return errc::bad_key_set;
  if (list->size() > bounds.keys) return errc::too_many_keys;
  std::vector<element> all;
  all.reserve(list->size());
  for (const auto& jwk : *list) all.push_back(read_element(jwk));
  return all;
}

}  // namespace

core::result<std::shared_ptr<const key_set>> key_set::read(std::string_view jwks,
                                                           const limits& bounds,
                                                           const key_set* before,
                                                           const key_loader& make) {
  auto elements = read_elements(jwks, bounds);
  if (!elements) return elements.error();
  auto& all = *elements;
  merge(all);
  for (auto& one : all) {
    if (one.first != &one) continue;
    if (one.contradicts || in_conflict(all, one)) one.why = errc::kid_conflict;
    if (is_exposed(all, one)) one.why = errc::private_key_published;
  }
  key_set made;
  for (auto& one : all) {
    bool kernel_wrong = false;
    if (one.first == &one && !one.why) {
      one.content.algorithms = one.algorithms;
      one.content.issuers = std::move(one.issuers);
      const auto loaded = made.load(std::move(one.content), before, make);
      if (!loaded) one.why = loaded.error();
      kernel_wrong = loaded && (*loaded)->kernel_is_wrong();
    }
    const auto& why = one.first != nullptr ? one.first->why : one.why;
    if (why) {
      made.skipped_.push_back({std::move(one.kid), std::move(one.kty), why, disqualifies(why)});
    } else if (!one.spelling.as_specified() || kernel_wrong) {
      made.noted_.push_back({std::move(one.kid), std::move(one.kty), one.spelling, kernel_wrong});
    }
  }
  return std::make_shared<const key_set>(std::move(made));
}

core::result<std::shared_ptr<const key_set>> key_set::read(std::string_view jwks,
                                                           const limits& bounds,
                                                           const key_set* before) {
  return read(jwks, bounds, before,
              [](jwk_content content) { return key::load(std::move(content)); });
}

core::result<std::shared_ptr<const key_set>> key_set::parse(std::string_view jwks,
                                                            const limits& bounds,
                                                            const key_set* before) {
  auto made = read(jwks, bounds, before);
  if (made && (*made)->empty()) return errc::no_usable_key;
  return made;
}

core::result<std::shared_ptr<const key>> key_set::load(jwk_content content, const key_set* before,
                                                       const key_loader& make) {
  auto found = before != nullptr ? before->same(content) : nullptr;
  if (!found) {
    auto loaded = make(std::move(content));
    if (!loaded) return loaded.error();
    found = std::make_shared<const key>(std::move(*loaded));
  }
  add(found);
  return found;
}

std::vector<std::string_view> key_set::noted_key::remarks() const {
  auto all = spelling.remarks();
  if (kernel_wrong) all.emplace_back("kernel_wrong");
  return all;
}

void key_set::add(std::shared_ptr<const key> made) {
  for (std::size_t i = 0; i < algorithm_count; ++i) {
    if (!made->serves(static_cast<algorithm>(i))) continue;
    auto& sole = sole_[i];
    if (!sole.found) sole.found = made;
    // One key under two kids is one key.
    if (sole.found->content().numbers != made->content().numbers) sole.several = true;
  }
  auto& list = keys_[std::string{made->kid()}];
  list.push_back(std::move(made));
}

std::shared_ptr<const key> key_set::same(const jwk_content& content) const {
  const auto list = keys_.find(content.kid);
  if (list == keys_.end()) return nullptr;
  const auto found =
      std::find_if(list->second.begin(), list->second.end(),
                   [&content](const auto& one) { return one->content() == content; });
  return found != list->second.end() ? *found : nullptr;
}

core::result<std::shared_ptr<const key>> key_set::choose(std::string_view kid,
                                                         algorithm alg) const {
  if (kid.empty()) {
    const auto& sole = sole_[static_cast<std::size_t>(alg)];
    if (sole.several) return errc::kid_missing;
    if (!sole.found) return errc::unknown_key;
    return sole.found;
  }
  const auto list = keys_.find(kid);
  if (list == keys_.end()) return errc::unknown_key;
  for (const auto& one : list->second) {
    if (one->serves(alg)) return one;
  }
  return errc::key_alg_mismatch;
}

std::shared_ptr<const key> key_set::find(std::string_view kid) const {
  const auto found = keys_.find(kid);
  return found != keys_.end() ? found->second.front() : nullptr;
}

bool key_set::same_keys(const key_set& other) const {
  return size() == other.size() &&
         std::all_of(keys_.begin(), keys_.end(), [&other](const auto& each) {
           return std::all_of(each.second.begin(), each.second.end(), [&other](const auto& one) {
             return other.same(one->content()) != nullptr;
           });
         });
}

std::size_t key_set::size() const {
  std::size_t count = 0;
  for (const auto& each : keys_) count += each.second.size();
  return count;
}

std::vector<std::string> key_set::kids() const {
  std::vector<std::string> names;
  names.reserve(keys_.size());
  for (const auto& [kid, unused] : keys_) {
    if (!kid.empty()) names.push_back(kid);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::size_t key_set::without_kid() const {
  const auto found = keys_.find(std::string_view{});
  return found != keys_.end() ? found->second.size() : 0;
}

}  // namespace latchkey::jose
