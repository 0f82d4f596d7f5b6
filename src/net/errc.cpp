#include <latchkey/core/category.hpp>
#include <latchkey/net/errc.hpp>

#include <openssl/x509.h>

#include <string>

namespace latchkey::net {

namespace {

class net_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "latchkey.net"; }
  std::string message(int value) const override {
    return std::string{reason(static_cast<errc>(value))};
  }
  // So that those who do not know this layer recognise one.
  boost::system::error_condition default_error_condition(int value) const noexcept override {
    namespace conditions = boost::system::errc;
    if (static_cast<errc>(value) == errc::timeout) {
      return conditions::make_error_condition(conditions::timed_out);
    }
    return {value, *this};
  }
};

std::string why_refused(int value) {
  return std::string{"the certificate is refused: "} + X509_verify_cert_error_string(value);
}

}  // namespace

const boost::system::error_category& category() {
  static const net_category instance;
  return instance;
}

const boost::system::error_category& certificate_category() {
  static const core::category<int, why_refused> instance{"latchkey.certificate"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::timeout:
      return "timeout";
    case errc::closed:
      return "closed";
    case errc::tls_failed:
      return "tls_failed";
    case errc::too_many_connections:
      return "too_many_connections";
    case errc::plain_http:
      return "plain_http";
    case errc::proxy_header:
      return "proxy_header";
    case errc::not_tls:
      return "not_tls";
    case errc::hello_too_large:
      return "hello_too_large";
    case errc::tls_version:
      return "tls_version";
    case errc::no_common_suite:
      return "no_common_suite";
    case errc::no_common_group:
      return "no_common_group";
    case errc::no_common_signature:
      return "no_common_signature";
    case errc::no_common_protocol:
      return "no_common_protocol";
    case errc::certificate_rejected:
      return "certificate_rejected";
    case errc::tls_flood:
      return "tls_flood";
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
    case errc::too_many_lookups:
      return "too_many_lookups";
    case errc::field_file:
      return "field_file";
  }
  return "unknown";
}

}  // namespace latchkey::net
