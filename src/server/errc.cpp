#include <latchkey/core/category.hpp>
#include <latchkey/server/errc.hpp>

namespace latchkey::server {

const boost::system::error_category& category() {
  static const core::category<errc, reason> instance{"latchkey.server"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::too_many_connections:
      return "too_many_connections";
    case errc::closed_for_another:
      return "closed_for_another";
    case errc::untrusted_proxy:
      return "untrusted_proxy";
  }
  return "unknown";
}

}  // namespace latchkey::server
