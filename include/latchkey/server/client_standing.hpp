// Whether what a client has proved in its handshake still counts: certificates expire, and reloads
// bring other authorities and lists. Not for verifying certificates: net/client_rules.
#pragma once

#include <latchkey/core/client_certificate.hpp>
#include <latchkey/net/client_rules.hpp>
#include <latchkey/server/site.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace latchkey::server {

// Of one connection.
class client_standing {
 public:
  // `rules` are those of the connection's listener; null: none is asked for a certificate, and all
  // of it holds for ever.
  explicit client_standing(std::shared_ptr<const net::client_rules> rules)
      : rules_{std::move(rules)} {}

  const std::shared_ptr<const net::client_rules>& rules() const { return rules_; }
  // What the client has shown; may be null.
  void shown(const core::client_certificate_ptr& certificate);

  // No listener of the site in use asks by the same rules any more. They are compared once for each
  // site.
  bool is_outdated(const site& present);
  // The client's certificate is valid no more.
  bool has_expired() const { return rules_ && expires_ && rules_->now() >= until_; }

 private:
  std::shared_ptr<const net::client_rules> rules_;
  core::wall_time until_{};
  // The site that was asked about last: compared, and not kept. Another one may be made where it
  // was, but not with its generation.
  const site* seen_ = nullptr;
  std::uint64_t generation_ = 0;
  bool outdated_ = false;
  bool expires_ = false;
};

}  // namespace latchkey::server
