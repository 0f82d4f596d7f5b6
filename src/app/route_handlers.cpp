#include <latchkey/app/handlers/notes.hpp>
#include <latchkey/app/handlers/scopes.hpp>
#include <latchkey/app/handlers/stored_notes.hpp>
#include <latchkey/app/handlers/token.hpp>
#include <latchkey/app/route_handlers.hpp>
#include <latchkey/http/problem.hpp>

#include <algorithm>
#include <array>

namespace latchkey::app {
namespace {

template <auto Run>
http::handler simple(const handler_parts&) {
  return Run;
}

async::task<http::response> find_nothing(http::context&) {
  co_return http::problem(http::status::not_found, "Not Found");
}

constexpr std::string_view token_schema = R"({
  "title": "Claims of the token",
  "type": "object",
  "required": ["iss", "exp"],
  "properties": {
    "iss": {"type": "string", "description": "Who made the token"},
    "sub": {"type": "string", "description": "Whom it speaks for"},
    "aud": {
      "description": "Whom it is for",
      "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    },
    "iat": {"type": "integer", "description": "When it was made, in seconds since 1970"},
    "exp": {"type": "integer", "description": "When it ends, in seconds since 1970"},
    "scope": {"type": "string", "description": "Its scopes, with a space between"},
    "client_id": {"type": "string", "description": "The client it was made for"}
  },
  "additionalProperties": true
})";
constexpr std::string_view token_example = R"({
  "iss": "https://idp.example/", "sub": "ann", "aud": "account", "iat": 1795436120,
  "exp": 1795439720, "scope": "example:note:read", "client_id": "example-api"
})";
constexpr std::string_view scopes_schema = R"({
  "title": "Scopes of the token", "type": "array", "items": {"type": "string"}
})";
constexpr std::string_view scopes_example = R"(["example:note:read", "example:note:create"])";
constexpr std::string_view note_schema = R"({
  "title": "What became of a note",
  "type": "object",
  "required": ["success", "details"],
  "properties": {
    "success": {"type": "boolean"},
    "details": {"type": "string", "description": "For people to read"}
  }
})";

// A handler whose answers the API's document takes from elsewhere.
constexpr route_handler described_apart(std::string_view name, std::string_view doc,
                                        http::handler (*make)(const handler_parts&),
                                        handler_kind kind) {
  return {.name = name, .doc = doc, .make = make, .kind = kind};
}

constexpr auto handler_table = std::to_array<route_handler>({
    {"token", "the claims of the token, as the issuer wrote them", simple<show_token>, token_schema,
     token_example},
    {"scopes", "the scopes of the token", simple<show_scopes>, scopes_schema, scopes_example},
    {"notes.read", "the example's answer to reading a note", simple<read_note>, note_schema,
     note_read},
    {"notes.create", "the example's answer to creating a note", simple<create_note>, note_schema,
     note_created},
    described_apart("stored_notes.list",
                    "a page of the [notes](notes.md) of whoever the token names", list_notes,
                    handler_kind::stored_notes),
    described_apart("stored_notes.create", "a new one of them", create_stored_note,
                    handler_kind::stored_notes),
    described_apart("stored_notes.read", "one of them, that of the parameter `{id}` of the path",
                    read_stored_note, handler_kind::stored_note),
    described_apart("stored_notes.update", "the same with another content", update_stored_note,
                    handler_kind::stored_note),
    described_apart("stored_notes.delete", "nothing: it is gone", delete_stored_note,
                    handler_kind::stored_note),
    {checked_handler,
     "404: the route is for the checks of other proxies alone (see "
     "[forward-auth](forward-auth.md))",
     simple<find_nothing>},
});

}  // namespace

std::span<const route_handler> route_handlers() {
  return handler_table;
}

const route_handler* find_route_handler(std::string_view name) {
  const auto* found = std::find_if(handler_table.begin(), handler_table.end(),
                                   [name](const route_handler& one) { return one.name == name; });
  return found == handler_table.end() ? nullptr : found;
}

}  // namespace latchkey::app
