// What a store answers in the place of a note. Not for what is wrong with what a client sent:
// fault.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace latchkey::store {

enum class errc : std::uint8_t {
  not_found = 1,  // no such note of that owner
  changed,        // the note is not in a state that the condition names
  busy,           // as many calls wait as may
  timed_out,      // of a change nobody knows whether it was made
  full,           // no room left; nothing was changed
  unavailable,    // the database cannot be reached, or fails; as timed_out
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// A stable code for logs and metrics, with static storage: the enumerator's own name.
std::string_view reason(errc value);

}  // namespace latchkey::store

template <>
struct boost::system::is_error_code_enum<latchkey::store::errc> : std::true_type {};
