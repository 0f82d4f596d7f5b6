#include "config_override.hpp"

#include "config_text.hpp"

#include <latchkey/app/config_keys.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace latchkey::app {
namespace {

constexpr std::string_view variable_prefix = "LATCHKEY_";

struct override_value {
  std::string origin;  // "--set server.workers=2"; without the value where that may be secret
  std::string path;
  std::string text;
};

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> all;
  while (true) {
    const auto dot = path.find('.');
    all.emplace_back(path.substr(0, dot));
    if (dot == path.npos) return all;
    path.remove_prefix(dot + 1);
  }
}

std::optional<std::size_t> index_of(std::string_view segment) {
  std::size_t value = 0;
  const auto* first = segment.data();
  const auto* last = first + segment.size();
  const auto [rest, failure] = std::from_chars(first, last, value);
  if (failure != std::errc{} || rest != last) return std::nullopt;
  return value;
}

// "SERVER__TLS__CERTIFICATE" as "server.tls.certificate".
std::string variable_path(std::string_view name) {
  std::string path;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i, 2) == "__") {
      path += '.';
      ++i;
    } else {
      path += name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
  }
  return path;
}

// Made by Kubernetes for every service of the namespace; ours may well be called latchkey.
bool looks_like_service_link(std::string_view name) {
  return name.find("__") == name.npos &&
         (name.starts_with("SERVICE_") || name == "PORT" || name.starts_with("PORT_"));
}

void refuse_unknown(const override_value& one, report& problems) {
  const auto near = nearest_config_key(one.path);
  auto message = "unknown key" + (near.empty() ? std::string{"; print-config shows all there are"}
                                               : did_you_mean(near));
  const auto word = one.origin.find(variable_prefix);
  if (one.origin.starts_with("environment ") &&
      looks_like_service_link(std::string_view{one.origin}.substr(word + variable_prefix.size()))) {
    message += "; if Kubernetes has set it, start the pod with enableServiceLinks: false";
  }
  problems.add_source(one.origin, one.path, std::move(message));
}

// What the text means as TOML: strings may be given bare, everything else as it is written in a
// file.
std::string as_toml(const key_info& key, const std::string& text) {
  const bool quoted = text.starts_with('"') || text.starts_with('\'');
  return key.kind == key_kind::text && !quoted ? toml_string(text) : text;
}

// A document of one value, so that the value carries its origin; nothing where it is no value.
std::optional<toml::table> one_value(const key_info& key, const override_value& one) {
  try {
    // A line end would let a value bring further keys along.
    if (one.text.find_first_of("\r\n") != one.text.npos && key.kind != key_kind::text) {
      return std::nullopt;
    }
    auto document = toml::parse("value = " + as_toml(key, one.text), one.origin);
    if (document.size() != 1) return std::nullopt;
    return document;
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

// The table that holds the last segment of `path`, made where it is not there; null where the file
// has something else in its place (the reader will say so) or an index leaves a gap.
toml::table* parent_of(toml::table& root, const std::vector<std::string>& path,
                       const override_value& one, report& problems) {
  auto* table = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const auto index = index_of(path[i + 1]);
    if (!index) {
      auto* node = table->get(path[i]);
      if (!node) node = &table->insert_or_assign(path[i], toml::table{}).first->second;
      table = node->as_table();
    } else {
      auto* node = table->get(path[i]);
      if (!node) node = &table->insert_or_assign(path[i], toml::array{}).first->second;
      auto* items = node->as_array();
      if (!items) return nullptr;
      if (*index > items->size()) {
        problems.add_source(one.origin, one.path,
                            "there are " + std::to_string(items->size()) + " of " + path[i] +
                                ", so the next index is " + std::to_string(items->size()));
        return nullptr;
      }
      // An empty document carries the origin, for what is then missing in the table.
      if (*index == items->size()) items->push_back(toml::parse("", one.origin));
      table = items->get(*index)->as_table();
      ++i;
    }
    if (!table) return nullptr;
  }
  return table;
}

void apply(toml::table& into, const override_value& one, report& problems) {
  const auto* key = find_config_key(one.path);
  if (!key) return refuse_unknown(one, problems);
  auto document = one_value(*key, one);
  if (!document) {
    const auto shown = key->secret ? std::string{"another value"} : shown_string(one.text);
    problems.add_source(one.origin, one.path,
                        "found " + shown + ", which is not a TOML value; expected " +
                            key->expected +
                            (key->kind == key_kind::list ? ", like [\"a\", \"b\"]" : ""));
    return;
  }
  const auto path = segments(one.path);
  if (auto* table = parent_of(into, path, one, problems)) {
    table->insert_or_assign(path.back(), std::move(*document->get("value")));
  }
}

// By index as a number, so that tables are added in order.
bool goes_before(const override_value& a, const override_value& b) {
  const auto first = segments(a.path);
  const auto second = segments(b.path);
  return std::lexicographical_compare(first.begin(), first.end(), second.begin(), second.end(),
                                      [](const std::string& x, const std::string& y) {
                                        const auto i = index_of(x);
                                        const auto j = index_of(y);
                                        return i && j ? *i < *j : x < y;
                                      });
}

}  // namespace

void apply_overrides(toml::table& into, const config_source& source, report& problems) {
  std::vector<override_value> variables;
  for (const auto& [name, value] : source.environment) {
    if (!name.starts_with(variable_prefix)) continue;
    if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
      // Two spellings of one key would leave it open which of them wins.
      problems.add_source("environment " + name, "", "unknown: names are in capitals throughout");
      continue;
    }
    variables.push_back({"environment " + name,
                         variable_path(std::string_view{name}.substr(variable_prefix.size())),
                         value});
  }
  std::stable_sort(variables.begin(), variables.end(), goes_before);
  for (const auto& one : variables) apply(into, one, problems);

  for (const auto& flag : source.flags) {
    const auto equals = flag.find('=');
    const auto path = flag.substr(0, equals);
    if (equals == flag.npos || path.empty()) {
      problems.add_source("--set " + flag, "", "expected path=value, like server.workers=2");
      continue;
    }
    apply(into, {"--set " + path, path, flag.substr(equals + 1)}, problems);
  }
}

}  // namespace latchkey::app
