// Every answer of the docs page, made once at start-up and immutable from then on. Not for routing:
// handlers/docs does that.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/response.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

// One document in one coding: the whole answer, and the one that says it has not changed.
struct representation {
  http::response whole;
  http::response unchanged;
  std::string etag;  // as in the field, with its quotes
};

struct document {
  std::string path;
  representation plain;
  std::optional<representation> gzip;
};

class documents {
 public:
  // Throws std::invalid_argument where docs.token_url is set and is not an http or https URL whose
  // origin a content security policy can name.
  documents(const docs_config& docs, std::string openapi);

  const std::vector<document>& all() const { return all_; }

 private:
  std::vector<document> all_;
};

// The answer to that request: gzip only for who asked for it, 304 for who has it already
// (RFC 9110 sections 12.5.3 and 13.1.2). Valid while `one` lives.
const http::response& choose(const document& one, const http::request_head& request);

// Whether an Accept-Encoding value allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

// The origin of an http or https URL, as a content security policy writes it: "https://host:port".
// Throws std::invalid_argument for what has none.
std::string policy_origin(std::string_view url);

}  // namespace latchkey::app
