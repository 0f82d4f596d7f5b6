#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/key_set.hpp>

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

constexpr std::size_t most_kid_bytes_kept = 256;

std::string_view kid_of(const json::value& jwk) {
  const auto* object = jwk.if_object();
  const auto* kid = object != nullptr ? object->if_contains("kid") : nullptr;
  const auto* text = kid != nullptr ? kid->if_string() : nullptr;
  return text != nullptr ? std::string_view{text->data(), text->size()} : std::string_view{};
}

core::result<jwk_content> read_content(const json::value& jwk) {
  const auto* object = jwk.if_object();
  if (object == nullptr) return errc::bad_jwk;
  auto content = read_jwk(*object);
  if (content && content->kid.empty()) return errc::key_without_kid;
  return content;
}

// The same key in that set, if it has it.
std::shared_ptr<const key> same_in(const key_set* set, const jwk_content& content) {
  auto found = set != nullptr ? set->find(content.kid) : nullptr;
  return found && found->content() == content ? found : nullptr;
}

}  // namespace

core::result<std::shared_ptr<const key_set>> key_set::parse(std::string_view jwks,
                                                            const limits& bounds,
                                                            const key_set* before) {
  auto made =
      read(jwks, bounds, before, [](jwk_content content) { return key::load(std::move(content)); });
  if (made && (*made)->size() == 0) return errc::no_usable_key;
  return made;
}

core::result<std::shared_ptr<const key_set>> key_set::read(std::string_view jwks,
                                                           const limits& bounds,
                                                           const key_set* before,
                                                           const key_loader& load) {
  if (jwks.size() > bounds.bytes) return errc::key_set_too_large;
  json_limits json_bounds;
  json_bounds.bytes = bounds.bytes;
  json_bounds.string_bytes = bounds.bytes;
  json_bounds.values = std::size_t{16} * 1024;
  json::monotonic_resource memory;
  const auto document = parse_json(jwks, json_bounds, &memory);
  if (!document) return document.error();
  const auto* object = document->if_object();
  const auto* keys = object != nullptr ? object->if_contains("keys") : nullptr;
  const auto* list = keys != nullptr ? keys->if_array() : nullptr;
  if (list == nullptr) return errc::bad_key_set;
  if (list->size() > bounds.keys) return errc::too_many_keys;

  key_set made;
  std::vector<const json::value*> exposed;
  for (const auto& jwk : *list) {
    const auto skipped = made.skipped_.size();
    made.add(jwk, before, load);
    const bool is_private =
        made.skipped_.size() > skipped && made.skipped_.back().why == errc::private_key_published;
    if (is_private) exposed.push_back(&jwk);
  }
  for (const auto* jwk : exposed) made.remove_exposed(*jwk);
  return std::make_shared<const key_set>(std::move(made));
}

void key_set::add(const json::value& jwk, const key_set* before, const key_loader& load) {
  auto content = read_content(jwk);
  if (!content) return skip(kid_of(jwk), content.error());
  if (const auto same = same_in(before, *content)) return add(same, load);
  auto loaded = load(std::move(*content));
  if (!loaded) return skip(kid_of(jwk), loaded.error());
  add(std::make_shared<const key>(std::move(*loaded)), load);
}

void key_set::add(const std::shared_ptr<const key>& made, const key_loader& load) {
  const std::string kid{made->kid()};
  if (in_conflict(kid)) return skip(kid, errc::kid_conflict);
  const auto [present, is_new] = keys_.emplace(kid, made);
  if (is_new) return;
  const auto& one = present->second->content();
  const auto& other = made->content();
  if (one.numbers == other.numbers) return widen(present->second, other.algorithms, load);
  // Which of the two the issuer means is not ours to guess: neither is used.
  keys_.erase(present);
  skip(kid, errc::kid_conflict);
  skip(kid, errc::kid_conflict);
}

// The same key once more, for other algorithms perhaps: it serves those of every mention.
void key_set::widen(std::shared_ptr<const key>& present, algorithm_set more,
                    const key_loader& load) {
  auto content = present->content();
  content.algorithms = content.algorithms | more;
  if (content == present->content()) return;
  // Sound numbers a moment ago; only the check by chance of RSA can find fault with them now.
  auto loaded = load(std::move(content));
  if (loaded) present = std::make_shared<const key>(std::move(*loaded));
}

// Takes out every key that anybody can sign with, since `jwk` has its private half.
void key_set::remove_exposed(const json::value& jwk) {
  const auto numbers = read_key_numbers(jwk.get_object());
  const auto kid = kid_of(jwk);
  for (auto one = keys_.begin(); one != keys_.end();) {
    const bool same = one->first == kid || (numbers && one->second->content().numbers == *numbers);
    if (same) skip(one->first, errc::private_key_published);
    one = same ? keys_.erase(one) : std::next(one);
  }
}

void key_set::skip(std::string_view kid, const core::error_code& why) {
  skipped_.push_back({std::string{kid.substr(0, most_kid_bytes_kept)}, why});
}

bool key_set::in_conflict(std::string_view kid) const {
  return std::any_of(skipped_.begin(), skipped_.end(), [kid](const skipped_key& skipped) {
    return skipped.why == errc::kid_conflict && skipped.kid == kid.substr(0, most_kid_bytes_kept);
  });
}

std::shared_ptr<const key> key_set::find(std::string_view kid) const {
  const auto found = keys_.find(kid);
  return found != keys_.end() ? found->second : nullptr;
}

std::vector<std::string> key_set::kids() const {
  std::vector<std::string> names;
  names.reserve(keys_.size());
  for (const auto& [kid, unused] : keys_) names.push_back(kid);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace latchkey::jose
