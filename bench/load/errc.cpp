#include "load/errc.hpp"

#include <latchkey/core/category.hpp>

#include <boost/system/errc.hpp>
#include <openssl/x509_vfy.h>

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
    case errc::expired:
      return "the server's certificate has expired";
    case errc::not_yet_valid:
      return "the server's certificate is not valid yet";
    case errc::wrong_name:
      return "the server's certificate is for another name";
    case errc::certificate_wanted:
      return "the server asks for a client certificate (--cert)";
    case errc::ports_used_up:
      return "this machine has no local port left for another connection";
    case errc::no_descriptors:
      return "this process may open no further connection (ulimit -n)";
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
    case errc::expired:
      return "expired";
    case errc::not_yet_valid:
      return "not_yet_valid";
    case errc::wrong_name:
      return "wrong_name";
    case errc::certificate_wanted:
      return "certificate_wanted";
    case errc::ports_used_up:
      return "ports_used_up";
    case errc::no_descriptors:
      return "no_descriptors";
  }
  return "other";
}

bool is_our_own(std::string_view name) {
  return name == name_of(errc::ports_used_up) || name == name_of(errc::no_descriptors);
}

errc connect_error(const core::error_code& error, bool reachable) {
  namespace system = boost::system::errc;
  if (error == system::connection_refused) return errc::refused;
  // The system says the same where it has no address of that family at all.
  if (error == system::address_not_available && reachable) return errc::ports_used_up;
  if (error == system::too_many_files_open || error == system::too_many_files_open_in_system) {
    return errc::no_descriptors;
  }
  return errc::no_route;
}

errc certificate_error(long verify_result) {
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return errc::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return errc::not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return errc::wrong_name;
    default:
      return errc::untrusted;
  }
}

}  // namespace latchkey::bench::load
