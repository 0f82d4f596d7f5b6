// The sources of a key set: a URL, discovery, a file, or the configuration. Not for scheduling the
// fetches or for parsing the document: that is jwks_client.
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

// Fetches the document; status 304 if it still has the entity tag `etag` (empty: unconditional).
// Called on one executor, one call at a time.
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
  // How long the address from the metadata is used before discovery runs again.
  core::steady_duration document_age = std::chrono::hours{1};
  std::shared_ptr<source_report> report;  // null: nobody is told
};

// The document at the `jwks_uri` of the issuer's metadata: OpenID Connect Discovery 1.0 section 4,
// then RFC 8414 section 3. The document's `issuer` must be the same text, its `jwks_uri` https (or,
// with allow_http, http). While discovery fails the last known address stays in use. Throws
// std::invalid_argument as keys_at does.
key_source keys_discovered(http::fetch fetch, core::clock clock, discovery_settings settings);

// The document in a file, read if the identity, size or modification time of the file has changed.
// An error if it is not a regular file or has more than `max_bytes`.
key_source keys_in_file(std::filesystem::path file, std::size_t max_bytes);

// The document is that text.
key_source keys_inline(std::string jwks);

}  // namespace latchkey::auth
