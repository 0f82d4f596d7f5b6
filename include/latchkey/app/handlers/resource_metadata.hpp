// GET /.well-known/oauth-protected-resource and its path forms (RFC 9728 section 3): the metadata
// of each resource, for everybody and for scripts of every page. Not for what it says:
// app/resources.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/http/router.hpp>

#include <vector>

namespace latchkey::app {

// A route for each resource. The answers are made here, once.
std::vector<http::route> resource_routes(const config& checked);

}  // namespace latchkey::app
