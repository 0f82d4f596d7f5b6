#include <latchkey/core/category.hpp>
#include <latchkey/http1/errc.hpp>

namespace latchkey::http1 {

const boost::system::error_category& category() {
  static const core::category<errc, reason> instance{"latchkey.http1"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::bad_request_line:
      return "bad_request_line";
    case errc::bad_version:
      return "bad_version";
    case errc::bad_line_end:
      return "bad_line_end";
    case errc::bad_field:
      return "bad_field";
    case errc::folded_field:
      return "folded_field";
    case errc::bad_host:
      return "bad_host";
    case errc::duplicate_authorization:
      return "duplicate_authorization";
    case errc::bad_content_length:
      return "bad_content_length";
    case errc::bad_transfer_encoding:
      return "bad_transfer_encoding";
    case errc::ambiguous_length:
      return "ambiguous_length";
    case errc::bad_connection:
      return "bad_connection";
    case errc::expectation_failed:
      return "expectation_failed";
    case errc::request_line_too_long:
      return "request_line_too_long";
    case errc::head_too_large:
      return "head_too_large";
    case errc::too_many_fields:
      return "too_many_fields";
    case errc::bad_chunk:
      return "bad_chunk";
    case errc::chunk_overhead:
      return "chunk_overhead";
    case errc::bad_status_line:
      return "bad_status_line";
    case errc::bad_status:
      return "bad_status";
    case errc::status_line_too_long:
      return "status_line_too_long";
    case errc::unexpected_length:
      return "unexpected_length";
    case errc::unexpected_upgrade:
      return "unexpected_upgrade";
    case errc::too_many_interim:
      return "too_many_interim";
    case errc::body_too_large:
      return "body_too_large";
    case errc::no_response:
      return "no_response";
    case errc::truncated:
      return "truncated";
  }
  return "unknown";
}

}  // namespace latchkey::http1
