// The routes of the docs page and of the OpenAPI document. Not guarded: a page that is there to get
// a token cannot ask for one.
#pragma once

#include <latchkey/app/documents.hpp>
#include <latchkey/http/router.hpp>

#include <memory>
#include <vector>

namespace latchkey::app {

// One route, GET, for each document. The handlers share the documents.
std::vector<http::route> docs_routes(const std::shared_ptr<const documents>& docs);

}  // namespace latchkey::app
