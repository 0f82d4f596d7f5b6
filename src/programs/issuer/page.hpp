// The HTML of the development issuer: the sign-in page, and the error page where no redirect is
// possible. No script; input is escaped.
#pragma once

#include "issuer/authorization.hpp"

#include <latchkey/http/response.hpp>

#include <string>
#include <string_view>

namespace latchkey::issuer {

// Asks for a user name and, by a checkbox each, for the scopes. `note` is shown above the form
// where it is not empty. The form posts back every parameter of the request.
http::response sign_in_page(const authorization& asked, std::string_view note);

http::response fault_page(http::status code, std::string_view description);

// The style sheet of both, which is served at /style.css.
http::response style_sheet();

}  // namespace latchkey::issuer
