// The answers to requests for notes that are kept: notes, and problems (RFC 9457). Not for what is
// asked of the store.
#pragma once

#include <latchkey/http/context.hpp>
#include <latchkey/http/response.hpp>
#include <latchkey/store/fault.hpp>
#include <latchkey/store/note.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::app {

// application/problem+json; its `detail` is that of all other answers of the server.
http::response note_problem(http::status code, std::string_view detail,
                            const store::faults& found = {});

// 422 with the place of each fault.
http::response refuse_faults(http::context& ctx, const store::faults& found);

// What a store's error is answered with; sets the reason of the request.
http::response answer_to(http::context& ctx, const core::error_code& error);

// The note with its entity tag.
http::response answer_with(http::status code, const store::note& one);

// Who the token speaks for; nothing where that is nobody whose notes could be told from others'.
std::optional<store::owner> owner_of(const http::context& ctx);
http::response refuse_nobody(http::context& ctx);

// The note of the request's path, as the store knows it; nothing where there can be none.
std::optional<std::string> note_id_of(const http::context& ctx);

}  // namespace latchkey::app
