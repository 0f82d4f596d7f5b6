// What reading and writing the PROXY protocol share. Private to net.
#pragma once

#include <cstdint>
#include <string_view>

namespace latchkey::net::proxy_protocol {

inline constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
// Signature, version and command, family and transport, length of the rest.
inline constexpr std::size_t fixed_size = 16;
inline constexpr unsigned char local_command = 0x20;  // of version 2
inline constexpr unsigned char proxy_command = 0x21;
inline constexpr unsigned char tcp_over_v4 = 0x11;
inline constexpr unsigned char tcp_over_v6 = 0x21;

// Section 2.2.
inline constexpr unsigned char type_authority = 0x02;
inline constexpr unsigned char type_crc32c = 0x03;
inline constexpr unsigned char type_ssl = 0x20;
inline constexpr unsigned char type_ssl_version = 0x21;
inline constexpr unsigned char type_ssl_cipher = 0x23;
inline constexpr unsigned char client_ssl = 0x01;

// RFC 3720 section B.4, of bytes that follow those `before` is of.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace latchkey::net::proxy_protocol
