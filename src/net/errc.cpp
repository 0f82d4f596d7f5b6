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
    case errc::truncated:
      return "truncated";
    case errc::tls_failed:
      return "tls_failed";
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
    case errc::proxy_header_missing:
      return "proxy_header_missing";
    case errc::proxy_header_invalid:
      return "proxy_header_invalid";
    case errc::proxy_header_too_large:
      return "proxy_header_too_large";
    case errc::client_certificate_missing:
      return "client_certificate_missing";
    case errc::client_certificate_unknown:
      return "client_certificate_unknown";
    case errc::client_certificate_expired:
      return "client_certificate_expired";
    case errc::client_certificate_revoked:
      return "client_certificate_revoked";
    case errc::client_certificate_unchecked:
      return "client_certificate_unchecked";
    case errc::client_certificate_refused:
      return "client_certificate_refused";
    case errc::too_many_lookups:
      return "too_many_lookups";
  }
  return "unknown";
}

}  // namespace latchkey::net
