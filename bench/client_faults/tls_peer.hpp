// A TLS client over memory buffers, for clients that misuse TLS: the caller decides which of
// OpenSSL's bytes are sent, and when. Not for well-behaved clients: load/connection.
#pragma once

#include "client_faults/raw_socket.hpp"

#include <latchkey/net/client_tls.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::bench::client_faults {

enum class tls_version : std::uint8_t { v1_2, v1_3 };

// The server's certificate is not looked at.
class tls_peer {
 public:
  // Throws std::runtime_error where OpenSSL refuses.
  explicit tls_peer(tls_version version);

  // What a client says first.
  std::string first_flight();
  // Shakes hands over `socket`. False where that does not succeed in time.
  bool handshake(raw_socket& socket, std::chrono::milliseconds wait);
  // The record of that text.
  std::string seal(std::string_view text);
  // A KeyUpdate that asks for none (RFC 8446 section 4.6.3), and the change of keys that goes with
  // it. For TLS 1.3.
  std::string key_update();
  // What the bytes, which came from the server, say.
  std::string open(std::string_view bytes);

  const SSL* native() const { return ssl_.get(); }

 private:
  std::string take_written();

  std::unique_ptr<SSL_CTX, net::ssl_deleter> context_;
  net::ssl_ptr ssl_;
  BIO* to_server_ = nullptr;    // of ssl_
  BIO* from_server_ = nullptr;  // likewise
};

// Writes records of TLS 1.2 behind a handshake that tls_peer has made, of any content type: OpenSSL
// has no function that writes a handshake message out of turn.
class tls12_writer {
 public:
  // From then on `peer` must write nothing itself. Throws std::runtime_error where OpenSSL refuses.
  explicit tls12_writer(const tls_peer& peer);

  // A ClientHello as one that would negotiate anew (RFC 5246 section 7.4.1.2).
  std::string client_hello();

 private:
  struct cipher_deleter {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::string seal(std::uint8_t type, std::string_view text);

  static constexpr std::size_t key_bytes = 16;
  static constexpr std::size_t salt_bytes = 4;
  std::array<unsigned char, key_bytes> key_{};
  std::array<unsigned char, salt_bytes> salt_{};
  std::unique_ptr<EVP_CIPHER_CTX, cipher_deleter> cipher_;
  std::uint64_t number_ = 1;  // its Finished was 0
};

}  // namespace latchkey::bench::client_faults
