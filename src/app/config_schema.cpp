#include "config_describe.hpp"

#include <latchkey/app/config_schema.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <type_traits>

namespace latchkey::app {
namespace {

namespace json = boost::json;

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

// Markdown without its marks: backticks, addresses of links, and sentences that only lead
// elsewhere.
std::string plain(std::string_view doc) {
  std::string out;
  doc = doc.substr(0, doc.find(" See ["));
  for (std::size_t i = 0; i < doc.size(); ++i) {
    const auto closed = doc[i] == '[' ? doc.find("](", i) : doc.npos;
    if (closed != doc.npos && closed < doc.find(']', i) + 1) {
      out += plain(doc.substr(i + 1, closed - i - 1));
      i = doc.find(')', closed);
    } else if (doc[i] != '`') {
      out += doc[i];
    }
  }
  return out;
}

json::object text_type(bool may_be_empty, std::string_view pattern) {
  json::object says{{"type", "string"}};
  if (!pattern.empty()) {
    says["pattern"] = view(pattern);
  } else if (!may_be_empty) {
    says["minLength"] = 1;
  }
  return says;
}

json::object type_of(const rule::text& how) {
  return text_type(how.may_be_empty, how.pattern);
}

json::object type_of(const rule::path& how) {
  return text_type(how.may_be_empty, {});
}

json::object type_of(const rule::store_address&) {
  return text_type(true, "^$|^sqlite:.|^postgres(ql)?://");
}

json::object type_of(const rule::number& how) {
  json::object says{{"type", "integer"}};
  if (how.ends_only) {
    says["enum"] = json::array{how.low, how.high};
  } else {
    says["minimum"] = how.low;
    says["maximum"] = how.high;
  }
  return says;
}

json::object type_of(const rule::percent& how) {
  return type_of(rule::number{{}, how.low, how.high});
}

json::object type_of(const rule::fraction&) {
  return {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
}

json::object type_of(const rule::flag&) {
  return {{"type", "boolean"}};
}

json::object type_of(const rule::scalar&) {
  return {{"type", json::array{"string", "boolean", "number"}}};
}

json::object type_of(const rule::duration& how) {
  return text_type(false, how.step.count() == 1 ? "^[0-9]+(ms|s|m|h)$" : "^[0-9]+(s|m|h)$");
}

template <class T>
json::object type_of(const rule::word<T>& how) {
  json::array names;
  if (how.may_be_empty) names.emplace_back("");
  for (const auto& [name, unused] : how.names) names.emplace_back(view(name));
  if (!how.is_switch) return {{"type", "string"}, {"enum", std::move(names)}};
  names.emplace_back(true);
  names.emplace_back(false);
  return {{"type", json::array{"string", "boolean"}}, {"enum", std::move(names)}};
}

void append(json::object& to, const json::object& more) {
  for (const auto& one : more) to[one.key()] = one.value();
}

// The visitor that collects the properties of one table.
class schema_writer {
 public:
  template <class T, class Rule>
  void value(std::string_view name, T& member, const Rule& how, std::string_view doc) {
    using written = std::conditional_t<std::is_same_v<Rule, rule::number>, std::size_t, T>;
    auto& says = add(name, doc, how.required);
    append(says, type_of(how));
    // Values of these kinds are written the same way in TOML and in JSON.
    if (!how.required) says["default"] = json::parse(how.write(static_cast<written>(member)));
  }

  template <class T, class Rule>
  void list(std::string_view name, std::vector<T>& members, const Rule& how, std::size_t min_items,
            std::string_view doc) {
    auto& says = add(name, doc, how.required);
    says["type"] = "array";
    if (min_items > 0) says["minItems"] = min_items;
    if (how.distinct) says["uniqueItems"] = true;
    if (!how.required) {
      json::array defaults;
      for (const auto& one : members) defaults.push_back(json::parse(how.write(one)));
      says["default"] = std::move(defaults);
    }
    says["items"] = type_of(how);
  }

  template <class Section>
  void section(std::string_view name, Section& inner, std::string_view doc) {
    schema_writer deeper;
    describe(deeper, inner);
    append(add(name, doc, !deeper.required_.empty()), deeper.table());
  }

  template <class Section>
  void sections(std::string_view name, std::vector<Section>&, const rule::tables& about) {
    schema_writer deeper;
    Section unset;
    describe(deeper, unset);
    auto& says = add(name, about.doc, about.min_items > 0);
    says["type"] = "array";
    if (about.min_items > 0) says["minItems"] = about.min_items;
    if (about.max_items > 0) says["maxItems"] = about.max_items;
    says["items"] = deeper.table();
  }

  template <class Item>
  void map(std::string_view name, std::vector<Item>&, const rule::named_items<Item>& how,
           std::string_view doc) {
    schema_writer deeper;
    Item unset;
    describe(deeper, unset);
    auto& says = add(name, doc, false);
    says["type"] = "object";
    says["default"] = json::object{};
    says["additionalProperties"] = {
        {"anyOf", json::array{type_of(how.single_rule), deeper.table()}}};
  }

  template <class Item>
  void map(std::string_view name, std::vector<Item>&, const rule::named_lists<Item>& how,
           std::string_view doc) {
    auto& says = add(name, doc, false);
    says["type"] = "object";
    says["default"] = json::object{};
    says["additionalProperties"] = {
        {"type", "array"}, {"uniqueItems", true}, {"items", type_of(how.each)}};
  }

  template <class Function>
  void after_read(const Function&) {}

  json::object table() const {
    json::object says{{"type", "object"}, {"additionalProperties", false}};
    if (!required_.empty()) says["required"] = required_;
    says["properties"] = properties_;
    return says;
  }

 private:
  json::object& add(std::string_view name, std::string_view doc, bool required) {
    if (required) required_.emplace_back(view(name));
    auto& says = properties_[view(name)].emplace_object();
    says["description"] = plain(doc);
    return says;
  }

  json::array required_;
  json::object properties_;
};

// Objects a member a line, arrays in one.
void write(const json::value& value, std::size_t depth, std::string& out) {
  if (const auto* items = value.if_array()) {
    out += '[';
    for (const auto& one : *items) {
      if (out.back() != '[') out += ", ";
      write(one, depth, out);
    }
    out += ']';
    return;
  }
  const auto* members = value.if_object();
  if (members == nullptr) {
    out += json::serialize(value);
    return;
  }
  if (members->empty()) {
    out += "{}";
    return;
  }
  const char* before = "{\n";
  for (const auto& one : *members) {
    out.append(before).append(2 * depth + 2, ' ');
    out.append(json::serialize(one.key())).append(": ");
    write(one.value(), depth + 1, out);
    before = ",\n";
  }
  out.append("\n").append(2 * depth, ' ').append("}");
}

}  // namespace

std::string config_schema() {
  schema_writer visit;
  config unset;
  describe(visit, unset);
  json::object all{{"$schema", "http://json-schema.org/draft-07/schema#"},
                   {"title", "latchkey configuration"}};
  append(all, visit.table());
  std::string out;
  write(all, 0, out);
  return out + '\n';
}

}  // namespace latchkey::app
