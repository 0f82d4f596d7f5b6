// Where the key set of one issuer comes from: an address, what discovery names, a file, or the
// configuration itself. Not for when it is asked for, or for what it says: that is jwks_client.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/auth/source_report.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/fetch.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace latchkey::auth {

// Gives the document, or 304 where it is still the one of the entity tag `etag` (empty: none is at
// hand). Called on one executor, never twice at a time.
using key_source =
    std::function<async::task<core::result<http::fetched>>(std::string etag, core::deadline)>;

struct address_settings {
  bool allow_http = false;                // to other than loopback addresses, too
  std::shared_ptr<source_report> report;  // null: nobody is told
};

// The document at that address. Throws std::invalid_argument for one that is neither https nor http
// to a loopback address or with allow_http, without repeating it.
key_source keys_at(http::fetch fetch, std::string uri, address_settings settings = {});

struct discovery_settings {
  std::string issuer;  // exactly as in the tokens, and as the document has to name itself
  // The keys may be on a loopback address, with http then.
  bool allow_internal = false;
  // The issuer and the keys may be at http addresses that are not loopback.
  bool allow_http = false;
  // How long the address that the document names is used before it is asked for anew.
  core::steady_duration document_age = std::chrono::hours{1};
  std::shared_ptr<source_report> report;  // null: nobody is told
};

// What the issuer's metadata names as `jwks_uri`: OpenID Connect Discovery 1.0 section 4, then RFC
// 8414 section 3. The document's `issuer` must be the same text, its `jwks_uri` https (or, with
// allow_http, http). An address found before stays in use while discovery fails. Throws
// std::invalid_argument as keys_at does.
key_source keys_discovered(http::fetch fetch, core::clock clock, discovery_settings settings);

// The file, read where its identity, size or time of change differ from the last time. An error for
// what is not a regular file, and for more than `max_bytes`.
key_source keys_in_file(std::filesystem::path file, std::size_t max_bytes);

// That text.
key_source keys_inline(std::string jwks);

}  // namespace latchkey::auth
