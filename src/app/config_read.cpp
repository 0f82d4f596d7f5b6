#include "config_read.hpp"

#include "config_describe.hpp"
#include "config_text.hpp"

#include <algorithm>
#include <sstream>
#include <type_traits>

namespace latchkey::app {
namespace {

const toml::table no_table;

// The visitor that reads one table.
class reader {
 public:
  reader(const toml::table& from, std::string path, const std::filesystem::path& folder,
         report& problems)
      : from_{from}, path_{std::move(path)}, folder_{folder}, problems_{problems} {}

  template <class T, class Rule>
  void value(std::string_view name, T& member, const Rule& how, std::string_view) {
    const auto* node = find(name);
    if (!node) return missing(name, how, how.expected());
    if (const auto read = how.read(*node)) {
      if constexpr (std::is_same_v<Rule, rule::path>) {
        member = absolute(*read);
      } else if constexpr (std::is_same_v<Rule, rule::store_address>) {
        member = store::resolved(*read, folder_);
      } else {
        member = static_cast<T>(*read);
      }
    } else {
      refuse(*node, key(name), how.secret, how.expected(), suggestion(*node, how));
    }
  }

  template <class T, class Rule>
  void list(std::string_view name, std::vector<T>& members, const Rule& how, std::size_t min_items,
            std::string_view) {
    const auto* node = find(name);
    const auto expected = rule::list_expected(how.expected(), min_items);
    if (!node) return missing(name, how, expected);
    const auto* items = node->as_array();
    if (!items || items->size() < min_items) {
      return refuse(*node, key(name), how.secret, expected, "");
    }
    members.clear();
    for (std::size_t i = 0; i < items->size(); ++i) {
      const auto& item = *items->get(i);
      const auto at = key(name) + '.' + std::to_string(i);
      problems_.found(at, item.source());
      if (auto read = how.read(item)) {
        members.push_back(std::move(*read));
      } else {
        refuse(item, at, how.secret, how.expected(), suggestion(item, how));
      }
    }
  }

  template <class Section>
  void section(std::string_view name, Section& inner, std::string_view) {
    const auto* node = find(name);
    if (node && !node->is_table()) {
      return refuse(*node, key(name), false, "a table: [" + key(name) + "]", "");
    }
    if constexpr (requires { take_presence(inner); }) {
      if (node) take_presence(inner);
    }
    deeper(node ? *node->as_table() : no_table, key(name), inner);
  }

  template <class Section>
  void sections(std::string_view name, std::vector<Section>& inner, const rule::tables& about) {
    const auto* node = find(name);
    if (!node) return;
    const auto expected = "tables, each under [[" + heading(name) + "]]";
    const auto* tables = node->as_array();
    if (!tables) return refuse(*node, key(name), false, expected, "");
    if (about.max_items > 0 && tables->size() > about.max_items) {
      const auto at = key(name) + '.' + std::to_string(about.max_items);
      return problems_.add(tables->get(about.max_items)->source(), at,
                           "found " + std::to_string(tables->size()) + " tables [[" +
                               heading(name) + "]], expected at most " +
                               std::to_string(about.max_items));
    }
    for (std::size_t i = 0; i < tables->size(); ++i) {
      const auto& item = *tables->get(i);
      const auto at = key(name) + '.' + std::to_string(i);
      problems_.found(at, item.source());
      if (!item.is_table()) {
        refuse(item, at, false, expected, "");
        continue;
      }
      deeper(*item.as_table(), at, inner.emplace_back());
    }
  }

  template <class Item>
  void map(std::string_view name, std::vector<Item>& items, const rule::named_items<Item>& how,
           std::string_view) {
    read_named(name, items, how, [&](const toml::node& value, const std::string& at, Item& item) {
      if (value.is_table()) {
        deeper(*value.as_table(), at, item);
      } else if (auto single = how.single_rule.read(value)) {
        item.*how.single = std::move(*single);
      } else {
        refuse(value, at, how.secret, std::string{how.wanted_item}, "");
      }
    });
  }

  template <class Item>
  void map(std::string_view name, std::vector<Item>& items, const rule::named_lists<Item>& how,
           std::string_view) {
    read_named(name, items, how, [&](const toml::node& value, const std::string& at, Item& item) {
      const auto* list = value.as_array();
      if (!list) {
        return refuse(value, at, how.secret, rule::list_expected(how.each.expected(), 0), "");
      }
      for (const auto& one : *list) {
        if (auto read = how.each.read(one)) {
          (item.*how.items).push_back(std::move(*read));
        } else {
          refuse(one, at, how.secret, how.each.expected(), "");
        }
      }
    });
  }

  template <class Function>
  void after_read(const Function& then) {
    then();
  }

  // After the description has been through: what nobody asked for.
  void refuse_unknown() const {
    for (const auto& [name, node] : from_) {
      const std::string text{name.str()};
      if (std::find(known_.begin(), known_.end(), text) != known_.end()) continue;
      auto near = nearest(text, known_);
      near = near.empty() ? nearest_config_key(key(text)) : key(near);
      problems_.add(
          name.source().begin ? name.source() : node.source(), key(text),
          "unknown key" + (near.empty() ? "; expected " + known_names() : did_you_mean(near)));
    }
  }

 private:
  std::string known_names() const {
    std::string all;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (i > 0) all += i + 1 == known_.size() ? " or " : ", ";
      all += known_[i];
    }
    return all;
  }

  // Each name of a table is an item's, whose rest is read by `read` (value, its key, item).
  template <class Item, class Rule, class Read>
  void read_named(std::string_view name, std::vector<Item>& items, const Rule& how,
                  const Read& read) {
    const auto* node = find(name);
    if (!node) return;
    const auto* table = node->as_table();
    if (!table) return refuse(*node, key(name), how.secret, how.expected(), "");
    items.clear();
    for (const auto& [inner, value] : *table) {
      const auto at = key(name) + '.' + toml_key(inner.str());
      problems_.found(at, inner.source().begin ? inner.source() : value.source());
      auto& item = items.emplace_back();
      item.*how.name = std::string{inner.str()};
      read(value, at, item);
    }
  }

  std::string key(std::string_view name) const {
    return path_.empty() ? std::string{name} : path_ + '.' + std::string{name};
  }

  // The path without indices.
  std::string heading(std::string_view name) const {
    return path_.empty() ? std::string{name}
                         : path_.substr(0, path_.find('.')) + '.' + std::string{name};
  }

  const toml::node* find(std::string_view name) {
    known_.emplace_back(name);
    const auto* node = from_.get(name);
    if (node) problems_.found(key(name), node->source());
    return node;
  }

  std::filesystem::path absolute(const std::filesystem::path& written) const {
    if (written.empty()) return {};
    return (folder_ / written).lexically_normal();
  }

  template <class Section>
  void deeper(const toml::table& table, const std::string& path, Section& inner) {
    reader visit{table, path, folder_, problems_};
    describe(visit, inner);
    visit.refuse_unknown();
  }

  template <class Rule>
  void missing(std::string_view name, const Rule& how, const std::string& expected) {
    if (!how.required) return;
    problems_.add_found(key(name), "missing; expected " + expected + std::string{how.when_missing});
  }

  void refuse(const toml::node& node, const std::string& at, bool secret,
              const std::string& expected, const std::string& near) {
    const auto shown = secret ? std::string{"another value"} : shown_node(node);
    problems_.add(node.source(), at, "found " + shown + ", expected " + expected + near);
  }

  template <class Rule>
  std::string suggestion(const toml::node& node, const Rule& how) const {
    if constexpr (requires { how.names; }) {
      std::vector<std::string> names;
      names.reserve(how.names.size());
      for (const auto& [name, unused] : how.names) names.emplace_back(name);
      if (const auto* text = node.as_string()) {
        const auto near = nearest(text->get(), names);
        return did_you_mean(near.empty() ? near : toml_string(near));
      }
    }
    return {};
  }

  const toml::table& from_;
  std::string path_;
  const std::filesystem::path& folder_;
  report& problems_;
  std::vector<std::string> known_;
};

}  // namespace

config read_table(const toml::table& from, const std::filesystem::path& folder, report& problems) {
  config value;
  reader visit{from, "", folder, problems};
  problems.found("", from.source());
  describe(visit, value);
  visit.refuse_unknown();
  return value;
}

std::string shown_node(const toml::node& node) {
  if (const auto* text = node.as_string()) return "string " + shown_string(text->get());
  if (const auto* whole = node.as_integer()) return "integer " + std::to_string(whole->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* items = node.as_array()) return items->empty() ? "an empty array" : "an array";
  if (node.is_table()) return "a table";
  if (node.is_floating_point()) return "a number with a fraction";
  return "a date or time";
}

}  // namespace latchkey::app
