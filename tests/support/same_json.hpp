// Whether a json_view says what a value of Boost.JSON says: for tests that read one text twice.
#pragma once

#include <latchkey/jose/json_view.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

namespace latchkey::support {

inline bool same_json(jose::json_view view, const boost::json::value& value);

inline bool same_elements(jose::json_view view, const boost::json::array& array) {
  std::size_t i = 0;
  for (const auto element : view.elements()) {
    if (i == array.size() || !same_json(element, array[i])) return false;
    ++i;
  }
  return view.is_array() && i == array.size() && view.size() == i;
}

// In the same order, and each found by its name.
inline bool same_members(jose::json_view view, const boost::json::object& object) {
  const auto* other = object.begin();
  for (const auto member : view.members()) {
    if (other == object.end()) return false;
    const std::string_view name{other->key().data(), other->key().size()};
    const auto found = view.find(name);
    if (member.name != name || !found || !same_json(member.value, other->value())) return false;
    ++other;
  }
  return view.is_object() && other == object.end() && view.size() == object.size();
}

inline bool same_json(jose::json_view view, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return view.type() == jose::json_view::kind::null;
    case boost::json::kind::bool_:
      return view.boolean() == value.get_bool();
    case boost::json::kind::int64:
      return view.integer() == value.get_int64();
    case boost::json::kind::uint64:
      return view.large_integer() == value.get_uint64();
    case boost::json::kind::double_:
      return view.real() == value.get_double();
    case boost::json::kind::string:
      return view.text() == std::string_view{value.get_string().data(), value.get_string().size()};
    case boost::json::kind::array:
      return same_elements(view, value.get_array());
    case boost::json::kind::object:
      return same_members(view, value.get_object());
  }
  return false;
}

}  // namespace latchkey::support
