// Which certificate a client is shown by the name it asks for (RFC 6066 section 3). Not for reading
// the certificates: tls does.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace latchkey::net {

struct context_delete {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using context_ptr = std::unique_ptr<SSL_CTX, context_delete>;

class tls_names {
 public:
  // `name` is in lower case, and is_certificate_name(). Takes a reference of its own to `context`.
  void add(const std::string& name, SSL_CTX* context);
  // The exact name before the star; null where there is neither.
  SSL_CTX* find(std::string_view asked) const;

 private:
  std::unordered_map<std::string, context_ptr> contexts_;
};

// Has connections of `context` continue with the context of the name they ask for, if there is one.
// The names live as long as it does. Throws std::bad_alloc.
void use_names(SSL_CTX* context, std::unique_ptr<const tls_names> names);

}  // namespace latchkey::net
