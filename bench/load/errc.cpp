#include "load/errc.hpp"

#include <latchkey/core/category.hpp>

namespace latchkey::bench::load {
namespace {

const char* text_of(errc value) {
  switch (value) {
    case errc::timeout:
      return "no answer in time";
    case errc::closed:
      return "the connection has ended";
    case errc::tls_failed:
      return "TLS failed";
    case errc::bad_answer:
      return "not an answer of HTTP/1.1";
    case errc::refused:
      return "the connection was refused";
    case errc::untrusted:
      return "the certificate is not trusted (--ca names its authority)";
    case errc::no_route:
      return "the connection could not be made";
  }
  return "unknown";
}

}  // namespace

const boost::system::error_category& category() {
  static const core::category<errc, text_of> instance{"latchkey.bench.load"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

const char* name_of(const core::error_code& error) {
  if (error.category() != category()) return "other";
  switch (static_cast<errc>(error.value())) {
    case errc::timeout:
      return "timeout";
    case errc::closed:
      return "closed";
    case errc::tls_failed:
      return "tls_failed";
    case errc::bad_answer:
      return "bad_answer";
    case errc::refused:
      return "refused";
    case errc::untrusted:
      return "untrusted";
    case errc::no_route:
      return "no_route";
  }
  return "other";
}

}  // namespace latchkey::bench::load
