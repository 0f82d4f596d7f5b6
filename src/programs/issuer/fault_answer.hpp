// Faults that are whole HTTP responses, made from the sound one: pure functions. Not for faults on
// the bytes of the connection: fault_raw.
#pragma once

#include "issuer/fault.hpp"

#include <latchkey/http/response.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::issuer {

// What a fault is made of beside the answer itself.
struct fault_material {
  std::string url;                         // of the issuer, without a slash at its end
  std::function<std::string()> spare_jwk;  // the public JWK of a key that is not published
};

// `path` is what was asked for. A kind that is shown by bytes or by the listener gives the sound
// answer.
http::response faulty_answer(const fault& shown, const http::response& sound, std::string_view path,
                             const fault_material& of);

// The kinds that are shown so.
std::span<const fault_kind> answer_faults();

// The text of an answer; empty where its body is not one.
std::string_view body_text(const http::response& answer);

}  // namespace latchkey::issuer
