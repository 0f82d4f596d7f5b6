#include <latchkey/client/errc.hpp>
#include <latchkey/core/category.hpp>

namespace latchkey::client {

const boost::system::error_category& category() {
  static const core::category<errc, reason> instance{"latchkey.client"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::bad_url:
      return "bad_url";
    case errc::insecure_url:
      return "insecure_url";
    case errc::answer_too_large:
      return "answer_too_large";
    case errc::unexpected_encoding:
      return "unexpected_encoding";
    case errc::internal_address:
      return "internal_address";
    case errc::proxy_refused:
      return "proxy_refused";
    case errc::bad_proxy:
      return "bad_proxy";
    case errc::field_file:
      return "field_file";
  }
  return "unknown";
}

}  // namespace latchkey::client
