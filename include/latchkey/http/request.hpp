// The head of one request as views into the buffer it was read into: what it means, by whatever
// version of HTTP it came. Not for bodies, and not for reading heads off the wire and what concerns
// the connection: that is http1/request_head.
#pragma once

#include <boost/beast/http/verb.hpp>

#include <optional>
#include <ostream>  // Beast's verb.hpp prints, and leaves this to others
#include <span>
#include <string_view>
#include <vector>

namespace latchkey::http {

using boost::beast::http::verb;

struct field {
  std::string_view name;
  std::string_view value;  // without the white space around it
};

// True if the two field names are the same: ASCII letters without regard to case.
bool same_name(std::string_view a, std::string_view b);

// Every view points into the session's buffer and is valid until the response has been written.
struct request_head {
  verb method = verb::unknown;
  std::string_view method_text;
  std::string_view target;
  std::vector<field> fields;

  // The value of the first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

}  // namespace latchkey::http
