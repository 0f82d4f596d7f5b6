#include <latchkey/core/category.hpp>
#include <latchkey/edge/errc.hpp>

namespace latchkey::edge {
namespace {

std::string_view sentence(errc value) {
  switch (value) {
    case errc::ambiguous_path:
      return "two readers may take the path for two different ones";
    case errc::bad_host:
      return "the Host field is not a name or an address with at most a port";
    case errc::bad_connection:
      return "the Connection field names too many fields";
    case errc::forwarding_loop:
      return "the request has come through this server too often";
    case errc::claim_not_sendable:
      return "a claim is of a kind or has characters that its header field cannot have";
    case errc::claims_too_large:
      return "the claims are too large for header fields";
    case errc::unexpected_upgrade:
      return "the upstream goes on in another protocol than the one that was offered";
  }
  return "unknown error of forwarding";
}

}  // namespace

const boost::system::error_category& category() {
  static const core::category<errc, sentence> instance{"latchkey.edge"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::ambiguous_path:
      return "ambiguous_path";
    case errc::bad_host:
      return "bad_host";
    case errc::bad_connection:
      return "bad_connection";
    case errc::forwarding_loop:
      return "forwarding_loop";
    case errc::claim_not_sendable:
      return "claim_not_sendable";
    case errc::claims_too_large:
      return "claims_too_large";
    case errc::unexpected_upgrade:
      return "unexpected_upgrade";
  }
  return "unknown";
}

}  // namespace latchkey::edge
