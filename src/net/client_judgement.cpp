// What client_rules means to connections: what OpenSSL asks, and when.
#include "client_judgement.hpp"

#include <latchkey/net/client_certificate.hpp>
#include <latchkey/net/client_rules.hpp>
#include <latchkey/net/pem_file.hpp>

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace latchkey::net {
namespace {

using shared_rules = std::shared_ptr<const client_rules>;

void free_rules(void* /*parent*/, void* rules, CRYPTO_EX_DATA* /*all*/, int /*index*/,
                long /*unused*/, void* /*unused*/) {
  const std::unique_ptr<shared_rules> last{static_cast<shared_rules*>(rules)};
}

int rules_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_rules);
  return index;
}

const client_rules* rules_of(const SSL* ssl) {
  const auto* const held = static_cast<const shared_rules*>(SSL_get_ex_data(ssl, rules_index()));
  return held == nullptr ? nullptr : held->get();
}

// Says more than OpenSSL on two matters.
int on_verified(int good, X509_STORE_CTX* judging) {
  const int depth = X509_STORE_CTX_get_error_depth(judging);
  if (good == 1) {
    if (depth != 0) return 1;
    // Who cannot be told exactly would be let in as somebody else, or as nobody.
    if (read_client_certificate(X509_STORE_CTX_get_current_cert(judging))) return 1;
    X509_STORE_CTX_set_error(judging, X509_V_ERR_UNSUPPORTED_NAME_SYNTAX);
    return 0;
  }
  // An authority that is trusted by itself is so whatever the one above it says, whose list may not
  // even be had. OpenSSL asks for lists once the chain is known to end at one that is trusted.
  const int last = sk_X509_num(X509_STORE_CTX_get0_chain(judging)) - 1;
  if (X509_STORE_CTX_get_error(judging) != X509_V_ERR_UNABLE_TO_GET_CRL || depth != last ||
      depth == 0) {
    return 0;
  }
  X509_STORE_CTX_set_error(judging, X509_V_OK);
  return 1;
}

using seconds = std::chrono::seconds;

// Until when a certificate that has just been verified is valid, with its chain.
std::optional<std::int64_t> verified_until(SSL* ssl) {
  auto* const chain = SSL_get0_verified_chain(ssl);
  if (chain == nullptr || sk_X509_num(chain) == 0) return std::nullopt;
  auto until = core::wall_time::max();
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    until = std::min(until, validity_of(sk_X509_value(chain, i)).until);
  }
  return std::chrono::duration_cast<seconds>(until.time_since_epoch()).count();
}

// Of a session that is taken up and sealed anew, what it says of itself holds on.
int on_sealing(SSL* ssl, void* /*unused*/) {
  if (rules_of(ssl) == nullptr) return 1;
  const auto until = verified_until(ssl);
  if (!until) return 1;
  return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), &*until, sizeof *until);
}

bool is_worth_something(SSL* ssl, SSL_SESSION* session) {
  const auto* const rules = rules_of(ssl);
  if (rules == nullptr || SSL_SESSION_get0_peer(session) == nullptr) return true;
  void* data = nullptr;
  std::size_t size = 0;
  std::int64_t until = 0;
  if (SSL_SESSION_get0_ticket_appdata(session, &data, &size) != 1 || size != sizeof until) {
    return false;
  }
  std::memcpy(&until, data, size);
  const auto now = rules->now();
  return now < core::wall_time{seconds{until}} && rules->has_lists_at(now);
}

// A session that is passed over costs its client a whole handshake, in which its certificate is
// verified anew.
SSL_TICKET_RETURN on_opened(SSL* ssl, SSL_SESSION* session, const unsigned char* /*name*/,
                            std::size_t /*size*/, SSL_TICKET_STATUS status, void* /*unused*/) {
  switch (status) {
    case SSL_TICKET_SUCCESS:
      return is_worth_something(ssl, session) ? SSL_TICKET_RETURN_USE
                                              : SSL_TICKET_RETURN_IGNORE_RENEW;
    case SSL_TICKET_SUCCESS_RENEW:
      return is_worth_something(ssl, session) ? SSL_TICKET_RETURN_USE_RENEW
                                              : SSL_TICKET_RETURN_IGNORE_RENEW;
    default:
      return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
}

}  // namespace

void client_rules::use(const std::shared_ptr<const client_rules>& rules, SSL* ssl) {
  if (!rules || rules->mode_ == client_auth::off) return;
  auto held = std::make_unique<shared_rules>(rules);
  if (SSL_set_ex_data(ssl, rules_index(), held.get()) != 1) throw std::bad_alloc{};
  held.release();
  auto* const names = SSL_dup_CA_list(rules->names_.get());
  if (names == nullptr) throw std::bad_alloc{};
  SSL_set_client_CA_list(ssl, names);
  if (!keep_client_rules(ssl) ||
      SSL_set_session_id_context(ssl, rules->identity_.data(),
                                 static_cast<unsigned>(rules->identity_.size())) != 1) {
    throw std::bad_alloc{};
  }
  auto* const with = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_time(with, std::chrono::system_clock::to_time_t(rules->now_()));
  // OpenSSL counts those between the first and the last.
  X509_VERIFY_PARAM_set_depth(with, max_chain - 2);
  SSL_set_max_cert_list(ssl, static_cast<long>(max_chain_bytes));
  const bool required = rules->mode_ == client_auth::required;
  SSL_set_verify(ssl, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                 on_verified);
}

bool client_rules::allows(const SSL* ssl) const {
  if (mode_ == client_auth::off) return true;
  if (SSL_get0_peer_certificate(ssl) == nullptr) return mode_ == client_auth::optional;
  return SSL_get_verify_result(ssl) == X509_V_OK;
}

bool keep_client_rules(SSL* ssl) {
  const auto* const rules = rules_of(ssl);
  return rules == nullptr || SSL_set1_verify_cert_store(ssl, rules->store()) == 1;
}

void judge_tickets(SSL_CTX* context) {
  SSL_CTX_set_session_ticket_cb(context, on_sealing, on_opened, nullptr);
}

}  // namespace latchkey::net
