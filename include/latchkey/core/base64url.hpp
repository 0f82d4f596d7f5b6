// Strict base64url without padding, as JOSE has it (RFC 7515 section 2, RFC 4648 section 5). Not
// for other alphabets or line breaks: those are errors.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::core {

// The exact number of bytes that `encoded_size` characters decode to; rounds down where no encoding
// has that length.
constexpr std::size_t base64url_decoded_size(std::size_t encoded_size) {
  return encoded_size / 4 * 3 + (encoded_size % 4 == 3 ? 2 : encoded_size % 4 == 2 ? 1 : 0);
}

// Decodes into `out`, which must hold base64url_decoded_size(text.size()) bytes. Returns how many
// were written; nothing for padding, a character outside the alphabet, a length no encoding has, or
// unused bits that are not zero, so that no two texts decode to the same bytes.
std::optional<std::size_t> base64url_decode(std::string_view text, std::span<unsigned char> out);

// What base64url_decode does where the processor has no AVX2; always the same. Separate so that
// tests can compare the two.
std::optional<std::size_t> base64url_decode_portable(std::string_view text,
                                                     std::span<unsigned char> out);

// As base64url_decode, into a string of its own.
std::optional<std::string> base64url_decode(std::string_view text);

std::string base64url_encode(std::span<const unsigned char> bytes);
std::string base64url_encode(std::string_view bytes);

}  // namespace latchkey::core
