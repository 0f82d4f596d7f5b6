// How one part of the program asks for a document at a URL without knowing of sockets. Not a
// general HTTP client: one GET or POST, no redirects, a bounded answer.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <functional>
#include <memory>
#include <string>

namespace latchkey::http {

struct fetched {
  unsigned status = 0;
  std::string body;
  std::string cache_control;  // field values as sent; empty where the field is absent
  std::string retry_after;
  std::string content_type;
  std::string etag;
  std::string location;  // where a redirect leads; it is never followed
  // Why an answer of such a status is none, where who asked knows more than the status says.
  core::error_code refusal;
};

struct fetch_request {
  std::string url;
  std::string if_none_match;                // an entity tag as it came; empty: whatever there is
  std::string accept = "application/json";  // media types, as the Accept field has them
  // JSON that is sent by POST; null: GET.
  std::shared_ptr<const std::string> content = nullptr;
};

// Runs on the executor of the coroutine that calls it and ends by the deadline. The error says what
// went wrong on the way; a status other than 200 is not an error here.
using fetch = std::function<async::task<core::result<fetched>>(fetch_request, core::deadline)>;

}  // namespace latchkey::http
