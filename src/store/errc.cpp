#include <latchkey/core/category.hpp>
#include <latchkey/store/errc.hpp>

namespace latchkey::store {
namespace {

std::string_view sentence(errc value) {
  switch (value) {
    case errc::not_found:
      return "there is no such note";
    case errc::changed:
      return "the note has changed";
    case errc::busy:
      return "as many calls wait for the store as may";
    case errc::timed_out:
      return "the store did not answer in time";
    case errc::full:
      return "the store has no room left";
    case errc::unavailable:
      return "the store cannot be used";
  }
  return "unknown error of a store";
}

}  // namespace

const boost::system::error_category& category() {
  static const core::category<errc, sentence> instance{"latchkey.store"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::not_found:
      return "not_found";
    case errc::changed:
      return "changed";
    case errc::busy:
      return "busy";
    case errc::timed_out:
      return "timed_out";
    case errc::full:
      return "full";
    case errc::unavailable:
      return "unavailable";
  }
  return "unknown";
}

}  // namespace latchkey::store
