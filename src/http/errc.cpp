#include <latchkey/core/category.hpp>
#include <latchkey/http/errc.hpp>

namespace latchkey::http {

const boost::system::error_category& category() {
  static const core::category<errc, reason> instance{"latchkey.http"};
  return instance;
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::bad_target:
      return "bad_target";
    case errc::bad_body:
      return "bad_body";
    case errc::body_too_large:
      return "body_too_large";
    case errc::body_timeout:
      return "body_timeout";
    case errc::body_cut_off:
      return "body_cut_off";
    case errc::body_stopped:
      return "body_stopped";
    case errc::not_implemented:
      return "not_implemented";
  }
  return "unknown";
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

}  // namespace latchkey::http
