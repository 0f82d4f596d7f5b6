// Which certificates a server asks its clients for, and takes: authorities, revocation lists, and
// what a session of an earlier connection is worth. Not for the server's own certificates (tls),
// nor for what a client's says (client_certificate).
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/net/client_auth.hpp>

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::net {

struct client_rules_settings {
  client_auth mode = client_auth::off;
  // PEM, at least one: the authorities whose clients are let in. One whose own issuer is not in the
  // file is trusted by itself.
  std::filesystem::path authorities;
  // PEM: revocation lists of these authorities. Empty: nobody is revoked. Else every authority on
  // the way to a trusted one needs its list, and certificates of one whose list has expired, or is
  // missing, are refused.
  std::filesystem::path revoked;
};

// Immutable once made: every thread may use it.
class client_rules {
 public:
  // How many certificates a client may show, the trusted one counted, and their bytes.
  static constexpr int max_chain = 8;
  static constexpr std::size_t max_chain_bytes = std::size_t{32} * 1024;
  // A list is hashed whole whenever a certificate of its authority is verified.
  static constexpr std::size_t max_revoked_bytes = std::size_t{1} << 20;

  // Throws std::runtime_error that says which file is at fault and why: missing or unreadable, not
  // PEM, with a certificate that is no authority, with a list that none of the authorities has
  // signed or that does not say when the next one comes. `now` is the time that certificates are
  // verified at, on any thread.
  explicit client_rules(const client_rules_settings& settings,
                        std::function<core::wall_time()> now = core::system_clock().wall);

  client_auth mode() const { return mode_; }
  // The same mode, and text for text the same authorities and lists.
  bool same_as(const client_rules& other) const { return identity_ == other.identity_; }

  // What will refuse clients, in words: an authority whose lists have expired or are not valid yet,
  // told of the newest, or that has none.
  std::vector<std::string> warnings() const;

  // Has a server's connection that has not begun ask for a certificate and verify it. Sessions of
  // other rules, and without rules, are not taken up, nor are those whose certificate or list has
  // expired since. Throws std::bad_alloc.
  static void use(const std::shared_ptr<const client_rules>& rules, SSL* ssl);

  // After a handshake that has succeeded: whether there is a certificate where one is required, and
  // whether it was verified.
  bool allows(const SSL* ssl) const;

  core::wall_time now() const { return now_(); }
  // Owned by this object.
  X509_STORE* store() const { return store_.get(); }
  // Whether of every authority that has lists one is valid at that time.
  bool has_lists_at(core::wall_time when) const;

 private:
  struct deleter {
    void operator()(X509* one) const { X509_free(one); }
    void operator()(X509_CRL* one) const { X509_CRL_free(one); }
    void operator()(X509_STORE* one) const { X509_STORE_free(one); }
    void operator()(STACK_OF(X509_NAME) * all) const { sk_X509_NAME_pop_free(all, X509_NAME_free); }
  };
  struct signed_list {
    std::unique_ptr<X509_CRL, deleter> crl;
    const X509* signer = nullptr;  // one of the authorities
    core::wall_time from;
    core::wall_time until;
    bool newest = false;  // of its signer's

    bool is_valid(core::wall_time when) const { return from <= when && when < until; }
  };
  bool has_list_at(const X509* signer, core::wall_time when) const;
  void mark_newest();
  void read_authorities(const std::filesystem::path& file, std::string_view pem);
  void mark_trusted() const;
  void add_name(const std::filesystem::path& file, const X509* one);
  void read_lists(const std::filesystem::path& file, std::string_view pem);
  const X509* signer_of(const std::filesystem::path& file, X509_CRL* one) const;
  void identify(std::string_view authorities, std::string_view lists);

  client_auth mode_;
  std::function<core::wall_time()> now_;
  std::vector<std::unique_ptr<X509, deleter>> authorities_;
  std::vector<signed_list> lists_;
  std::unique_ptr<X509_STORE, deleter> store_;
  std::unique_ptr<STACK_OF(X509_NAME), deleter> names_;
  // The same for the same rules alone: sessions are bound to it.
  std::array<unsigned char, 32> identity_{};
};

}  // namespace latchkey::net
