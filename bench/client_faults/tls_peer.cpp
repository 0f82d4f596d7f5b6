#include "client_faults/tls_peer.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace latchkey::bench::client_faults {
namespace {

constexpr auto tls12_suite = "ECDHE-ECDSA-AES128-GCM-SHA256";
constexpr std::uint8_t handshake_type = 22;
constexpr std::size_t random_bytes = 32;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t number_bytes = 8;

void require(bool done) {
  if (done) return;
  ERR_clear_error();
  throw std::runtime_error{"OpenSSL refuses what a bad client would do"};
}

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (auto shift = bytes * 8; shift != 0; shift -= 8) {
    out += static_cast<char>((value >> (shift - 8)) & 0xFFU);
  }
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct kdf_deleter {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
};
struct kdf_context_deleter {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// The first bytes of the key block of TLS 1.2 (RFC 5246 section 6.3).
void key_block(const SSL* ssl, std::span<unsigned char> out) {
  std::array<unsigned char, SSL_MAX_MASTER_KEY_LENGTH> secret{};
  const auto secret_size =
      SSL_SESSION_get_master_key(SSL_get_session(ssl), secret.data(), secret.size());
  std::array<unsigned char, random_bytes> client{};
  std::array<unsigned char, random_bytes> server{};
  require(secret_size != 0 &&
          SSL_get_client_random(ssl, client.data(), client.size()) == client.size() &&
          SSL_get_server_random(ssl, server.data(), server.size()) == server.size());
  std::string seed = "key expansion";
  seed.append(server.begin(), server.end());
  seed.append(client.begin(), client.end());
  const std::unique_ptr<EVP_KDF, kdf_deleter> kdf{EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr)};
  require(kdf != nullptr);
  const std::unique_ptr<EVP_KDF_CTX, kdf_context_deleter> context{EVP_KDF_CTX_new(kdf.get())};
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 4> with{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret.data(), secret_size),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
      OSSL_PARAM_construct_end()};
  require(context != nullptr &&
          EVP_KDF_derive(context.get(), out.data(), out.size(), with.data()) == 1);
}

}  // namespace

tls_peer::tls_peer(tls_version version) : context_{SSL_CTX_new(TLS_client_method())} {
  require(context_ != nullptr);
  const int wanted = version == tls_version::v1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
  require(SSL_CTX_set_min_proto_version(context_.get(), wanted) == 1 &&
          SSL_CTX_set_max_proto_version(context_.get(), wanted) == 1 &&
          SSL_CTX_set_cipher_list(context_.get(), tls12_suite) == 1);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  ssl_.reset(SSL_new(context_.get()));
  require(ssl_ != nullptr);
  from_server_ = BIO_new(BIO_s_mem());
  to_server_ = BIO_new(BIO_s_mem());
  require(from_server_ != nullptr && to_server_ != nullptr);
  SSL_set_bio(ssl_.get(), from_server_, to_server_);
  SSL_set_tlsext_host_name(ssl_.get(), "localhost");
  SSL_set_connect_state(ssl_.get());
}

std::string tls_peer::take_written() {
  std::string made(BIO_ctrl_pending(to_server_), '\0');
  if (!made.empty()) {
    require(BIO_read(to_server_, made.data(), static_cast<int>(made.size())) ==
            static_cast<int>(made.size()));
  }
  return made;
}

std::string tls_peer::first_flight() {
  ERR_clear_error();
  SSL_connect(ssl_.get());
  return take_written();
}

bool tls_peer::handshake(raw_socket& socket, std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  std::array<char, 16 * 1024> piece;
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_connect(ssl_.get());
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !send_all(socket, take_written(), left)) return false;
    if (outcome == 1) return true;
    const bool waits = SSL_get_error(ssl_.get(), outcome) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    if (!waits || socket.has_ended()) return false;
    const auto got = socket.receive(piece);
    BIO_write(from_server_, piece.data(), static_cast<int>(got));
  }
}

std::string tls_peer::seal(std::string_view text) {
  ERR_clear_error();
  std::size_t put = 0;
  require(SSL_write_ex(ssl_.get(), text.data(), text.size(), &put) == 1 && put == text.size());
  return take_written();
}

std::string tls_peer::key_update() {
  ERR_clear_error();
  require(SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
          SSL_do_handshake(ssl_.get()) == 1);
  return take_written();
}

std::string tls_peer::open(std::string_view bytes) {
  BIO_write(from_server_, bytes.data(), static_cast<int>(bytes.size()));
  std::string text;
  std::array<char, 16 * 1024> piece;
  for (std::size_t got = 0;;) {
    ERR_clear_error();
    if (SSL_read_ex(ssl_.get(), piece.data(), piece.size(), &got) != 1) break;
    text.append(piece.data(), got);
  }
  ERR_clear_error();
  return text;
}

tls12_writer::tls12_writer(const tls_peer& peer) : cipher_{EVP_CIPHER_CTX_new()} {
  // Keys of the client and of the server, then their salts (RFC 5288 section 3).
  std::array<unsigned char, 2 * (key_bytes + salt_bytes)> block{};
  key_block(peer.native(), block);
  std::copy_n(block.begin(), key_bytes, key_.begin());
  std::copy_n(block.begin() + 2 * key_bytes, salt_bytes, salt_.begin());
  require(cipher_ != nullptr &&
          EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_gcm(), nullptr, key_.data(), nullptr) == 1);
}

std::string tls12_writer::seal(std::uint8_t type, std::string_view text) {
  std::string explicit_nonce;
  put(explicit_nonce, number_, number_bytes);
  std::string nonce{salt_.begin(), salt_.end()};
  nonce += explicit_nonce;
  std::string beside;  // RFC 5246 section 6.2.3.3
  put(beside, number_++, number_bytes);
  put(beside, type, 1);
  put(beside, TLS1_2_VERSION, 2);
  put(beside, text.size(), 2);
  std::string sealed(text.size() + tag_bytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  int size = 0;
  const std::string plain{text};
  require(EVP_EncryptInit_ex(cipher_.get(), nullptr, nullptr, nullptr, bytes_of(nonce)) == 1 &&
          EVP_EncryptUpdate(cipher_.get(), nullptr, &size, bytes_of(beside),
                            static_cast<int>(beside.size())) == 1 &&
          EVP_EncryptUpdate(cipher_.get(), out, &size, bytes_of(plain),
                            static_cast<int>(plain.size())) == 1 &&
          EVP_EncryptFinal_ex(cipher_.get(), out + size, &size) == 1 &&
          EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, out + text.size()) ==
              1);
  std::string record;
  put(record, type, 1);
  put(record, TLS1_2_VERSION, 2);
  put(record, number_bytes + sealed.size(), 2);
  return record + explicit_nonce + sealed;
}

std::string tls12_writer::client_hello() {
  std::string body;
  put(body, TLS1_2_VERSION, 2);
  body.append(random_bytes, 'r');
  put(body, 0, 1);       // no session
  put(body, 2, 2);       // bytes of suites
  put(body, 0xC02B, 2);  // tls12_suite
  put(body, 0x0100, 2);  // one compression method, none
  std::string message;
  put(message, SSL3_MT_CLIENT_HELLO, 1);
  put(message, body.size(), 3);
  return seal(handshake_type, message + body);
}

}  // namespace latchkey::bench::client_faults
