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
      return "not an answer of HTTP/1.1 with a length";
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

}  // namespace latchkey::bench::load
