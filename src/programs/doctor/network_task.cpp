#include "network_task.hpp"

namespace latchkey::doctor {

destination destination_of(const http::url& where, const tls_pair& tls) {
  destination to;
  to.host = where.host;
  to.port = where.port;
  to.authority = where.authority;
  to.target = where.path.empty() ? "/" : where.path;
  if (!where.query.empty()) to.target.append("?").append(where.query);
  to.tls_host = where.host;
  if (where.secure) {
    to.strict = tls.strict;
    to.lenient = tls.lenient;
  }
  return to;
}

}  // namespace latchkey::doctor
