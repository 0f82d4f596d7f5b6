#include "config_describe.hpp"
#include "config_text.hpp"

#include <latchkey/app/config_keys.hpp>

#include <algorithm>
#include <type_traits>

namespace latchkey::app {
namespace {

// The visitor that collects the keys, reading the defaults off a configuration nobody has set.
class lister {
 public:
  lister(std::string prefix, std::vector<key_info>& keys)
      : prefix_{std::move(prefix)}, keys_{keys} {}

  template <class T, class Rule>
  void value(std::string_view name, T& member, const Rule& how, std::string_view doc) {
    using written = std::conditional_t<std::is_same_v<Rule, rule::number>, std::size_t, T>;
    auto& key = add(name, how, Rule::kind, doc);
    key.value = how.noun(false);
    if (!how.required) key.default_value = how.write(static_cast<written>(member));
  }

  template <class T, class Rule>
  void list(std::string_view name, std::vector<T>& members, const Rule& how, std::size_t min_items,
            std::string_view doc) {
    auto& key = add(name, how, key_kind::list, doc);
    key.value = "array of " + how.noun(true);
    key.expected = rule::list_expected(how.expected(), min_items);
    if (how.required) return;
    key.default_value = "[";
    for (const auto& one : members) {
      if (key.default_value.size() > 1) key.default_value += ", ";
      key.default_value += how.write(one);
    }
    key.default_value += "]";
  }

  template <class Section>
  void section(std::string_view name, Section& inner, std::string_view) {
    lister deeper{prefix_ + std::string{name} + '.', keys_};
    describe(deeper, inner);
  }

  template <class Section>
  void sections(std::string_view name, std::vector<Section>&, const rule::tables&) {
    lister deeper{prefix_ + std::string{name} + ".*.", keys_};
    Section unset;
    describe(deeper, unset);
  }

  template <class Item, class Rule>
  void map(std::string_view name, std::vector<Item>&, const Rule& how, std::string_view doc) {
    auto& key = add(name, how, key_kind::map, doc);
    key.value = how.noun(false);
    key.default_value = "{}";
  }

  template <class Function>
  void after_read(const Function&) {}

 private:
  template <class Rule>
  key_info& add(std::string_view name, const Rule& how, key_kind kind, std::string_view doc) {
    key_info key;
    key.path = prefix_ + std::string{name};
    key.kind = kind;
    key.expected = how.expected();
    key.doc = doc;
    key.secret = how.secret;
    if constexpr (std::is_same_v<Rule, rule::number> || std::is_same_v<Rule, rule::percent>) {
      key.low = how.low;
      key.high = how.high;
    }
    keys_.push_back(std::move(key));
    return keys_.back();
  }

  std::string prefix_;
  std::vector<key_info>& keys_;
};

// One spelling a number, and none so large that counting up to it makes sense.
bool is_index(std::string_view segment) {
  if (segment.empty() || segment.size() > 4 || (segment.size() > 1 && segment[0] == '0')) {
    return false;
  }
  return std::all_of(segment.begin(), segment.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "issuer.0.jwks_uri" as "issuer.*.jwks_uri", and the indices that were taken out.
std::string starred(std::string_view path, std::vector<std::string>& indices) {
  std::string out;
  while (true) {
    const auto segment = path.substr(0, path.find('.'));
    if (is_index(segment)) {
      indices.emplace_back(segment);
      out += '*';
    } else {
      out += segment;
    }
    if (segment.size() == path.size()) return out;
    out += '.';
    path.remove_prefix(segment.size() + 1);
  }
}

std::string_view leaf(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

}  // namespace

const std::vector<key_info>& config_keys() {
  static const auto keys = [] {
    std::vector<key_info> all;
    lister visit{"", all};
    config unset;
    describe(visit, unset);
    return all;
  }();
  return keys;
}

const key_info* find_config_key(std::string_view path) {
  std::vector<std::string> indices;
  const auto wanted = starred(path, indices);
  if (path.find('*') != path.npos) return nullptr;
  const auto& keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&wanted](const key_info& key) { return key.path == wanted; });
  return found == keys.end() ? nullptr : &*found;
}

std::string nearest_config_key(std::string_view path) {
  std::vector<std::string> indices;
  const auto wanted = starred(path, indices);
  std::vector<std::string> paths;
  std::string same_leaf;
  for (const auto& key : config_keys()) {
    paths.push_back(key.path);
    if (same_leaf.empty() && leaf(key.path) == leaf(wanted)) same_leaf = key.path;
  }
  auto best = nearest(wanted, paths);
  if (best.empty()) best = same_leaf;
  for (std::size_t i = 0, star = 0; (star = best.find('*', star)) != best.npos; ++i) {
    best.replace(star, 1, i < indices.size() ? indices[i] : "0");
  }
  return best;
}

}  // namespace latchkey::app
