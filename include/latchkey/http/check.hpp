// Which request another proxy has asked about, for the log and the metrics. Not for deciding.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::http {

// Views are of the head of the check, or of what outlives it.
struct check {
  std::string client;       // the address of who asks that proxy; empty: not known
  std::string_view method;  // as told; empty: not told well
  std::string_view path;    // without the query, which may hold a token
  std::string_view route;   // the pattern that was chosen; empty: none
};

}  // namespace latchkey::http
