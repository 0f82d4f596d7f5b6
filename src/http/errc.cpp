#include <latchkey/http/errc.hpp>

#include <string>

namespace latchkey::http {
namespace {

class category_type final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "latchkey.http"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::bad_target:
        return "the request target is not an acceptable path";
      case errc::bad_body:
        return "the body breaks its framing";
      case errc::body_too_large:
        return "the body is larger than allowed";
      case errc::body_timeout:
        return "the body did not arrive in time";
      case errc::body_cut_off:
        return "the connection ended within the body";
    }
    return "unknown";
  }
};

}  // namespace

const boost::system::error_category& category() {
  static const category_type instance;
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

}  // namespace latchkey::http
