// What is wrong with what a client has sent, each with its place: the `errors` of a 422. Not for
// what a store cannot do: errc.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace latchkey::store {

struct fault {
  // From the outside in: {"body", "title"}, {"query", "limit"}.
  std::vector<std::string> place;
  std::string message;  // for people
  std::string type;     // a stable word, of those that FastAPI has

  bool operator==(const fault&) const = default;
};

// In the order in which they were found; never empty in a result that failed.
using faults = std::vector<fault>;

// What value() of a failed result throws: std::invalid_argument with the first of them.
[[noreturn]] void throw_exception_from_error(const faults& found,
                                             const boost::source_location& where);

}  // namespace latchkey::store
