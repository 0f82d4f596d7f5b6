// The handler that answers other proxies whether a request of theirs may pass, by the rules of our
// own routes: 200 with who asks, or what the client is to be told. The body is never read. Not for
// what stands in such a question (original_request), nor for guards.
#pragma once

#include <latchkey/async/per_thread.hpp>
#include <latchkey/edge/identity_cache.hpp>
#include <latchkey/edge/identity_fields.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/http/router.hpp>
#include <latchkey/net/network.hpp>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::edge {

struct forward_auth_settings {
  // Where checks are asked, and all below it, whatever the neighbour puts behind it.
  std::string path;
  // Addresses of those whose checks are answered, by who has connected.
  std::vector<net::network> trusted;
  // Whose X-Forwarded-For is believed: these and further ones.
  std::vector<net::network> proxies;
  // As identity_names, of all routes.
  std::vector<std::string> identities;
};

// `routes`: the guards of each route, with tell_identity behind them. Of what they answer 2xx is
// 200, and 401, 403, 429 and what begins with 5 are as they are; all else is 403, since there are
// proxies that pass on no other refusal. A path without a route, and a method that it lacks, is 403
// as well. No answer may be stored.
http::handler forward_auth(forward_auth_settings settings, http::router routes);

// One for each thread; of the same identity_fields, which it outlives or is let go of together
// with.
using identity_caches = async::per_thread<identity_cache>;

// The last of a route's chain: 200, and the fields of whoever the guards have found. `known` may be
// null: then they are made for each request.
http::handler tell_identity(std::shared_ptr<const identity_fields> by,
                            std::shared_ptr<const identity_caches> known = nullptr);

}  // namespace latchkey::edge
