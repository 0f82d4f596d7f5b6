// A blocking TLS client that misbehaves within the protocol: messages in any number and pieces
// where an honest library sends none. Not for requests as such: support/client.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace latchkey::support {

class tls_peer {
 public:
  using endpoint = boost::asio::ip::tcp::endpoint;

  // Throws where the handshake fails; `version` is TLS1_2_VERSION or TLS1_3_VERSION.
  tls_peer(const endpoint& to, int version)
      : socket_{io_}, context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free} {
    // Writing to a peer that has gone is an error of that write, wherever the test was begun from.
    std::signal(SIGPIPE, SIG_IGN);
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    // The one suite that record() knows.
    SSL_CTX_set_cipher_list(context_.get(), "ECDHE-ECDSA-AES128-GCM-SHA256");
    ssl_.reset(SSL_new(context_.get()));
    socket_.connect(to);
    const ::timeval patience{8, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    SSL_set_fd(ssl_.get(), socket_.native_handle());
    require(SSL_connect(ssl_.get()) == 1);
  }

  // One KeyUpdate of TLS 1.3; false if the peer has gone.
  bool update_keys() {
    return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
           SSL_do_handshake(ssl_.get()) == 1;
  }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  std::string read_some() {
    std::array<char, 4096> piece;
    const int got = SSL_read(ssl_.get(), piece.data(), piece.size());
    return {piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0U};
  }
  // Whether the other side ends the connection; what it still sends is passed over.
  bool is_ended() {
    std::array<char, 4096> sink;
    for (;;) {
      const auto got = ::recv(socket_.native_handle(), sink.data(), sink.size(), 0);
      if (got <= 0) return got == 0 || errno == ECONNRESET;
    }
  }

  // A record of TLS 1.2 as this connection would send it next, RFC 5288 section 3. From the first
  // of them on the others above are of no use.
  std::string record(std::uint8_t type, std::string_view content) {
    if (key_.empty()) derive_keys();
    const auto number = big_endian(sequence_++, 8);
    auto associated = number + static_cast<char>(type) + "\3\3";
    associated += big_endian(content.size(), 2);
    const auto sealed = seal(salt_ + number, associated, content);
    return static_cast<char>(type) + std::string{"\3\3"} +
           big_endian(number.size() + sealed.size(), 2) + number + sealed;
  }
  bool send_raw(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto put = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }

 private:
  static void require(bool done) {
    if (!done) throw std::runtime_error{"the TLS peer cannot go on"};
  }
  static std::string big_endian(std::uint64_t value, std::size_t size) {
    std::string text(size, '\0');
    for (auto at = size; at-- > 0; value >>= 8U) text[at] = static_cast<char>(value & 0xFFU);
    return text;
  }

  // RFC 5246 section 6.3: client's key, server's key, client's IV, server's IV.
  void derive_keys() {
    std::array<unsigned char, 48> secret;
    std::array<unsigned char, 32> ours;
    std::array<unsigned char, 32> theirs;
    require(SSL_SESSION_get_master_key(SSL_get_session(ssl_.get()), secret.data(), secret.size()) ==
            secret.size());
    SSL_get_client_random(ssl_.get(), ours.data(), ours.size());
    SSL_get_server_random(ssl_.get(), theirs.data(), theirs.size());
    std::string seed = "key expansion";
    seed.append(theirs.begin(), theirs.end()).append(ours.begin(), ours.end());
    std::string digest = "SHA256";
    const std::array<OSSL_PARAM, 4> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
        OSSL_PARAM_construct_end()};
    const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf{
        EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr), EVP_KDF_free};
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> made{EVP_KDF_CTX_new(kdf.get()),
                                                                         EVP_KDF_CTX_free};
    std::array<unsigned char, 40> block;
    require(EVP_KDF_derive(made.get(), block.data(), block.size(), parameters.data()) == 1);
    key_.assign(block.begin(), block.begin() + 16);
    salt_.assign(block.begin() + 32, block.begin() + 36);
  }

  std::string seal(const std::string& nonce, const std::string& associated,
                   std::string_view content) const {
    const auto bytes = [](std::string_view text) {
      return reinterpret_cast<const unsigned char*>(text.data());
    };
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> gcm{EVP_CIPHER_CTX_new(),
                                                                              EVP_CIPHER_CTX_free};
    constexpr std::size_t tag = 16;
    std::string out(content.size() + tag, '\0');
    auto* const to = reinterpret_cast<unsigned char*>(out.data());
    int size = 0;
    require(
        EVP_EncryptInit_ex(gcm.get(), EVP_aes_128_gcm(), nullptr, bytes(key_), bytes(nonce)) == 1 &&
        EVP_EncryptUpdate(gcm.get(), nullptr, &size, bytes(associated),
                          static_cast<int>(associated.size())) == 1 &&
        EVP_EncryptUpdate(gcm.get(), to, &size, bytes(content), static_cast<int>(content.size())) ==
            1 &&
        EVP_EncryptFinal_ex(gcm.get(), to + size, &size) == 1 &&
        EVP_CIPHER_CTX_ctrl(gcm.get(), EVP_CTRL_AEAD_GET_TAG, tag, to + content.size()) == 1);
    return out;
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  struct deleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL, deleter> ssl_;
  std::string key_;
  std::string salt_;
  std::uint64_t sequence_ = 1;  // the Finished was the first
};

}  // namespace latchkey::support
