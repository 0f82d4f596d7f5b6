#include "head_text.hpp"

#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/request_writer.hpp>

namespace latchkey::http1 {

core::error_code append_request(std::string& out, std::string_view method, std::string_view target,
                                std::span<const http::field> fields) {
  const auto is_word = [](std::string_view text, std::uint8_t wanted) {
    return !text.empty() && detail::all(text, wanted);
  };
  if (!is_word(method, detail::token_char) || !is_word(target, detail::target_char)) {
    return errc::bad_request_line;
  }
  for (const auto& field : fields) {
    if (!is_word(field.name, detail::token_char) || !detail::is_field_value(field.value)) {
      return errc::bad_field;
    }
  }
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  for (const auto& field : fields) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  out.append("\r\n");
  return {};
}

}  // namespace latchkey::http1
