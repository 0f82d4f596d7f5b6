#include "tls_tickets.hpp"

#include "client_judgement.hpp"

#include <latchkey/net/ticket_keys.hpp>
#include <latchkey/net/tls.hpp>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace latchkey::net {

// One for all workers, so that a client may come back to any of them. Taken once a handshake, which
// costs a thousand times as much.
class ticket_ring {
 public:
  ticket_ring(std::function<bool(std::span<unsigned char>)> fill,
              std::function<core::steady_time()> clock)
      : keys{ticket_life, std::move(fill)}, now{std::move(clock)} {}

  std::mutex mutex;
  ticket_keys keys;
  std::function<core::steady_time()> now;
};

namespace {

using shared_ring = std::shared_ptr<ticket_ring>;

constexpr int iv_size = 16;

void free_ring(void* /*parent*/, void* ring, CRYPTO_EX_DATA* /*all*/, int /*index*/,
               long /*unused*/, void* /*unused*/) {
  const std::unique_ptr<shared_ring> last{static_cast<shared_ring*>(ring)};
}

int ring_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_ring);
  return index;
}

bool use_mac(EVP_MAC_CTX* mac, const ticket_keys::key& with) {
  auto secret = with.mac;
  std::array<char, 7> digest{"SHA256"};
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  const bool done = EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  return done;
}

// What OpenSSL wants to know, see SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
enum answer : int { failed = -1, without = 0, done = 1, done_and_renew = 2 };

int seal(ticket_ring& ring, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
         EVP_MAC_CTX* mac) {
  const auto* const key = ring.keys.present(ring.now());
  if (key == nullptr) return without;
  std::copy(key->name.begin(), key->name.end(), name);
  const bool ready =
      RAND_bytes(iv, iv_size) == 1 &&
      EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1 &&
      use_mac(mac, *key);
  return ready ? done : failed;
}

int open(ticket_ring& ring, const unsigned char* name, const unsigned char* iv,
         EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  const auto found = ring.keys.find(std::span<const unsigned char, 16>{name, 16}, ring.now());
  if (!found) return without;
  const auto& key = *found->which;
  const bool ready = use_mac(mac, key) && EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr,
                                                             key.cipher.data(), iv) == 1;
  if (!ready) return failed;
  return found->renew ? done_and_renew : done;
}

int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  auto& ring = **static_cast<shared_ring*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), ring_index()));
  const std::lock_guard lock{ring.mutex};
  return sealing == 1 ? seal(ring, name, iv, cipher, mac) : open(ring, name, iv, cipher, mac);
}

}  // namespace

std::shared_ptr<ticket_ring> make_ticket_ring(std::function<core::steady_time()> now) {
  const auto fill = [](std::span<unsigned char> out) {
    return RAND_bytes(out.data(), static_cast<int>(out.size())) == 1;
  };
  return std::make_shared<ticket_ring>(fill, std::move(now));
}

void use_tickets(SSL_CTX* context, std::shared_ptr<ticket_ring> ring) {
  auto held = std::make_unique<shared_ring>(std::move(ring));
  if (SSL_CTX_set_ex_data(context, ring_index(), held.get()) != 1) throw std::bad_alloc{};
  held.release();
  SSL_CTX_set_timeout(context, std::chrono::seconds{ticket_life}.count());
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
  judge_tickets(context);
}

}  // namespace latchkey::net
