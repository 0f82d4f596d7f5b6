// The OpenAPI document, written from the table of routes that the server answers, so that the two
// cannot disagree. Not for serving it: that is documents and handlers/docs.
#pragma once

#include <latchkey/app/config.hpp>

#include <span>
#include <string>

namespace latchkey::app {

// An OpenAPI 3.1 document as JSON text, in the order of `routes`. The security scheme is OAuth2 by
// authorization code where `docs` names both URLs of it, and a plain bearer token where it does
// not. `insufficient_scope_status` (401 or 403) is what a route answers to a token without its
// scopes. A route of a prefix, or of every method, is in it where it has a summary only: as its
// base and a parameter for the rest, with GET, POST, PUT, PATCH and DELETE.
std::string openapi_json(const docs_config& docs, std::span<const route_config> routes,
                         unsigned insufficient_scope_status);

}  // namespace latchkey::app
