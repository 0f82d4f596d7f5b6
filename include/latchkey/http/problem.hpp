// The answers to what is wrong with a request as HTTP: the one mapping from http errors to
// responses. Not for refused tokens: auth/challenge answers those.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/response.hpp>

#include <string_view>

namespace latchkey::http {

// `{"detail": text}` as JSON.
response problem(status code, std::string_view detail);

// The answer to an error of a request's target or body; 500 for what is none of those.
response problem(const core::error_code& error);

}  // namespace latchkey::http
