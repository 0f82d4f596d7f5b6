// The addresses of a run's URLs, resolved once before it starts. Not for redirects.
#pragma once

#include "load/connection.hpp"
#include "run/options.hpp"

#include <string>
#include <vector>

namespace latchkey::bench::run {

struct places {
  struct shape {
    std::string host;    // the Host field
    std::string target;  // path and query
    std::size_t origin = 0;
    unsigned weight = 1;
  };
  std::vector<load::target> origins;
  std::vector<shape> shapes;  // one for each URL
};

// Throws std::runtime_error for a name that does not resolve and a CA file that is none.
places resolve_origins(const load_options& asked);

}  // namespace latchkey::bench::run
