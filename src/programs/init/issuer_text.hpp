// The [[issuer]] of each provider as text, with what has to be known of it as comments. Pure; part
// of init/form, which says what each needs.
#pragma once

#include "form.hpp"

#include <string>

namespace latchkey::init {

std::string cognito_issuer(const answers& given);
std::string entra_issuer(const answers& given);
std::string auth0_issuer(const answers& given);
std::string okta_issuer(const answers& given);
std::string keycloak_issuer(const answers& given);
std::string spiffe_issuer(const answers& given);
std::string kubernetes_issuer(const answers& given);
std::string github_issuer(const answers& given);
std::string google_issuer(const answers& given);
std::string firebase_issuer(const answers& given);
std::string other_issuer(const answers& given);

}  // namespace latchkey::init
