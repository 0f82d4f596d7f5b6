// What a value may be, one small type a kind of key: how it is read from TOML, written as TOML, and
// what a message says was expected. Not for names of keys: config_describe puts the two together.
#pragma once

#include "text_rules.hpp"

#include <latchkey/app/config_keys.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/jose/required_claim.hpp>

#include <toml++/toml.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::app::rule {

// What every rule can say of itself. Each has expected(), what a message says it takes, and
// noun(several), what the documentation calls one or several of it, in Markdown.
struct common {
  bool required = false;
  bool secret = false;                 // not shown, unless it is empty
  std::string_view when_missing = {};  // said of a required key that is not there
  bool distinct = false;               // of the items of a list: no two are the same
};

// A table that may be repeated: what it is, and how many there may be.
struct tables {
  std::string_view doc;
  std::size_t min_items = 0;
  std::size_t max_items = 0;  // 0: no bound
};

struct text : common {
  static constexpr auto kind = key_kind::text;
  std::string_view wanted = "a string";
  bool (*accepts)(std::string_view) = nullptr;
  // The empty text stands for "not set".
  bool may_be_empty = false;
  std::string_view called = "string";  // in the documentation
  std::string_view pattern = {};       // of the schema, where it can say so much

  std::string expected() const { return std::string{wanted}; }
  std::string noun(bool several) const;
  std::optional<std::string> read(const toml::node& node) const;
  std::string write(const std::string& value) const;
};

// As written; the reader makes it absolute.
struct path : common {
  static constexpr auto kind = key_kind::text;
  std::string_view wanted = "the path of a file";
  bool may_be_empty = false;

  std::string expected() const { return std::string{wanted}; }
  std::string noun(bool several) const { return several ? "paths" : "path"; }
  std::optional<std::filesystem::path> read(const toml::node& node) const;
  std::string write(const std::filesystem::path& value) const;
};

// As written; the reader takes a path in it from the folder of the file. Never shown with a
// password in it.
struct store_address : common {
  static constexpr auto kind = key_kind::text;

  std::string expected() const {
    return "\"sqlite:\" and the path of a file, or a \"postgresql://\" URI that libpq takes, with "
           "'@', '/' and '?' of a password as %40, %2F and %3F";
  }
  std::string noun(bool) const { return "store, or `\"\"`"; }
  std::optional<std::string> read(const toml::node& node) const;
  std::string write(const std::string& value) const;
  bool hides(const std::string& value) const;
};

struct number : common {
  static constexpr auto kind = key_kind::integer;
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool ends_only = false;  // one of the two

  std::string expected() const;
  std::string noun(bool several) const;
  std::optional<std::size_t> read(const toml::node& node) const;
  std::string write(std::size_t value) const { return std::to_string(value); }
};

// A part, written in percent.
struct percent : common {
  static constexpr auto kind = key_kind::integer;
  std::int64_t low = 0;
  std::int64_t high = 100;

  std::string expected() const;
  std::string noun(bool several) const;
  std::optional<double> read(const toml::node& node) const;
  std::string write(double value) const;
};

// A part, from 0 to 1.
struct fraction : common {
  static constexpr auto kind = key_kind::number;

  std::string expected() const { return "a number from 0 to 1"; }
  std::string noun(bool several) const { return several ? "numbers, 0 to 1" : "number, 0 to 1"; }
  std::optional<double> read(const toml::node& node) const;
  std::string write(double value) const;
};

struct flag : common {
  static constexpr auto kind = key_kind::boolean;

  std::string expected() const { return "true or false"; }
  std::string noun(bool several) const { return several ? "booleans" : "boolean"; }
  std::optional<bool> read(const toml::node& node) const;
  std::string write(bool value) const { return value ? "true" : "false"; }
};

// What a claim may be compared with.
struct scalar : common {
  static constexpr auto kind = key_kind::text;
  std::string_view wanted = "a string, true, false or a number";

  std::string expected() const { return std::string{wanted}; }
  std::string noun(bool several) const {
    return several ? "strings, booleans and numbers" : "string, boolean or number";
  }
  // Nothing for an empty string, one with control characters, and what JSON has no number for.
  std::optional<jose::claim_value> read(const toml::node& node) const;
  std::string write(const jose::claim_value& value) const;
};

struct duration : common {
  static constexpr auto kind = key_kind::text;
  std::chrono::milliseconds low{1};
  std::chrono::milliseconds high{0};
  std::chrono::milliseconds step{1};  // a multiple of this

  std::string expected() const;
  std::string noun(bool several) const;
  std::optional<std::chrono::milliseconds> read(const toml::node& node) const;
  // A whole number of milliseconds.
  std::string write(core::steady_duration value) const;
};

// One word of a few. `names` has static storage.
template <class T>
struct word : common {
  static constexpr auto kind = key_kind::text;
  using entry = std::pair<std::string_view, T>;
  const std::vector<entry>& names;
  bool may_be_empty = false;  // then the empty text is T{}
  // False and true stand for the first two names.
  bool is_switch = false;

  std::string expected() const {
    std::string list = is_switch ? "true, false, " : "";
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) list += i + 1 == names.size() ? " or " : ", ";
      list += '"' + std::string{names[i].first} + '"';
    }
    return list;
  }
  std::string noun(bool several) const {
    std::string list = several ? "strings" : is_switch ? "boolean or string" : "string";
    for (std::size_t i = 0; i < names.size(); ++i) {
      list += i == 0 ? ": `\"" : ", `\"";
      list += std::string{names[i].first} + "\"`";
    }
    return list;
  }
  std::optional<T> read(const toml::node& node) const {
    if (const auto said = read_switch(node)) return names[*said ? 1 : 0].second;
    const auto* text = node.as_string();
    if (!text) return std::nullopt;
    if (may_be_empty && text->get().empty()) return T{};
    for (const auto& [name, value] : names) {
      if (name == text->get()) return value;
    }
    return std::nullopt;
  }
  std::string write(const T& value) const {
    for (const auto& [name, meant] : names) {
      if (meant == value) return '"' + std::string{name} + '"';
    }
    return "\"\"";
  }

 private:
  // In the environment and on the command line it is a text.
  std::optional<bool> read_switch(const toml::node& node) const {
    if (!is_switch) return std::nullopt;
    if (const auto* flag = node.as_boolean()) return flag->get();
    const auto* text = node.as_string();
    if (!text || (text->get() != "true" && text->get() != "false")) return std::nullopt;
    return text->get() == "true";
  }
};

// A table of names, each with a text, which stands for a table with that text alone, or with such a
// table.
template <class Item>
struct named_items : common {
  static constexpr auto kind = key_kind::map;
  std::string Item::* name;
  std::string Item::* single;  // the member that the text is of
  text single_rule;
  std::string_view wanted;
  std::string_view wanted_item;
  std::string_view called;

  std::string expected() const { return std::string{wanted}; }
  std::string noun(bool) const { return std::string{called}; }
  // The item of which nothing but these two is set.
  Item short_of(std::string key, std::string value) const {
    Item made;
    made.*name = std::move(key);
    made.*single = std::move(value);
    return made;
  }
};

// A table of names, each with an array of texts.
template <class Item>
struct named_lists : common {
  static constexpr auto kind = key_kind::map;
  std::string Item::* name;
  std::vector<std::string> Item::* items;
  text each;
  std::string_view wanted;
  std::string_view called;

  std::string expected() const { return std::string{wanted}; }
  std::string noun(bool) const { return std::string{called}; }
};

// What a message says of an array whose items are each `each`.
std::string list_expected(std::string_view each, std::size_t min_items);

}  // namespace latchkey::app::rule
