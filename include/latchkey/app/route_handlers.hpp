// The handlers that a route of the configuration may name, a row each. Routes, the configuration,
// its schema, the OpenAPI document and the documentation read it. Not for what the handlers answer.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/store/counts.hpp>
#include <latchkey/store/note_store.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace latchkey::app {

// What handlers are made of, as far as they need any of it.
struct handler_parts {
  core::clock clock = {};
  std::shared_ptr<store::note_store> notes = {};  // null: nothing keeps notes
  std::shared_ptr<store::counts> counts = {};
  std::chrono::milliseconds notes_timeout{0};
  std::function<std::uint64_t()> random = {};
};

// What a handler takes of a request beside its token.
enum class handler_kind : std::uint8_t {
  plain,
  stored_notes,  // the notes of whoever the token names
  stored_note,   // one of them, by the parameter `id`
};

struct route_handler {
  std::string_view name;  // as the key `handler` has it
  std::string_view doc;   // what it answers, in Markdown
  http::handler (*make)(const handler_parts& parts);
  std::string_view schema = {};  // of the answer, a JSON Schema as text; empty: described elsewhere
  std::string_view example = {};  // an answer, as JSON text
  handler_kind kind = handler_kind::plain;
};

// Of routes that are for the checks of other proxies alone: whoever asks for them here is told 404.
inline constexpr std::string_view checked_handler = "checked";

// All of them; the rows have static storage.
std::span<const route_handler> route_handlers();

// Null where none has that name.
const route_handler* find_route_handler(std::string_view name);

}  // namespace latchkey::app
