#include "tls_preface.hpp"

#include <algorithm>
#include <array>

namespace latchkey::net {
namespace {

constexpr unsigned char handshake_record = 22;
constexpr unsigned char hello_message = 1;
constexpr std::size_t record_header = 5;
constexpr std::size_t max_record = std::size_t{16} * 1024;
constexpr std::size_t message_header = 4;

std::size_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// The handshake message that the records' contents make up, as far as it is there.
struct message {
  std::array<std::size_t, message_header> header{};
  std::size_t size = 0;

  void add(std::string_view piece) {
    for (std::size_t i = 0; i < piece.size() && size + i < header.size(); ++i) {
      header[size + i] = byte(piece, i);
    }
    size += piece.size();
  }
  std::size_t whole() const {
    return message_header + (header[1] << 16U | header[2] << 8U | header[3]);
  }
};

tls_preface of_records(std::string_view bytes) {
  message hello;
  for (unsigned pieces = 0; !bytes.empty(); ++pieces) {
    if (pieces == max_pieces) return tls_preface::too_many_pieces;
    if (byte(bytes, 0) != handshake_record) return tls_preface::other;
    if (bytes.size() > 1 && byte(bytes, 1) != 3) return tls_preface::other;
    if (bytes.size() < record_header) break;
    const auto size = byte(bytes, 3) << 8U | byte(bytes, 4);
    if (size == 0 || size > max_record) return tls_preface::other;
    const auto content = bytes.substr(record_header, size);
    hello.add(content);
    if (hello.size != 0 && hello.header[0] != hello_message) return tls_preface::other;
    if (hello.size >= message_header) {
      if (hello.whole() > max_hello) return tls_preface::too_large;
      if (hello.size >= hello.whole()) return tls_preface::client_hello;
    }
    if (content.size() < size) break;
    bytes.remove_prefix(record_header + size);
  }
  return tls_preface::more;
}

// Whether `bytes` starts with `mark`, as far as both go.
bool agrees(std::string_view bytes, std::string_view mark) {
  const auto size = std::min(bytes.size(), mark.size());
  return bytes.substr(0, size) == mark.substr(0, size);
}

tls_preface of_request_line(std::string_view bytes) {
  constexpr std::size_t longest_method = 24;
  const auto upper = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
  const auto* const end = std::find_if_not(bytes.begin(), bytes.end(), upper);
  const auto method = bytes.substr(0, static_cast<std::size_t>(end - bytes.begin()));
  if (method.size() > longest_method) return tls_preface::other;
  const auto rest = bytes.substr(method.size());
  if (rest.empty()) return tls_preface::more;
  if (method.empty() || rest.front() != ' ') return tls_preface::other;
  if (rest.size() < 2) return tls_preface::more;
  // What may begin a target (RFC 9112 section 3.2); a CONNECT names a host.
  constexpr std::string_view targets = "/*h";
  const bool is_target = method == "CONNECT" || targets.find(rest[1]) != targets.npos;
  return is_target ? tls_preface::plain_http : tls_preface::other;
}

}  // namespace

tls_preface preface_of(std::string_view bytes) {
  constexpr std::string_view proxy_1 = "PROXY ";
  constexpr std::string_view proxy_2{"\r\n\r\n\0\r\nQUIT\n", 12};
  constexpr std::string_view empty_line = "\r\n";
  if (bytes.empty()) return tls_preface::more;
  const auto first = byte(bytes, 0);
  if (first == handshake_record) return of_records(bytes);
  if (first >= 0x80) {
    if (bytes.size() < 3) return tls_preface::more;
    return byte(bytes, 2) == hello_message ? tls_preface::old_tls : tls_preface::other;
  }
  for (const auto mark : {proxy_1, proxy_2}) {
    if (!agrees(bytes, mark)) continue;
    return bytes.size() >= mark.size() ? tls_preface::proxy_header : tls_preface::more;
  }
  if (bytes.substr(0, 2) == empty_line) bytes.remove_prefix(2);
  return of_request_line(bytes);
}

}  // namespace latchkey::net
