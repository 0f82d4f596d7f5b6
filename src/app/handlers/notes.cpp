#include <latchkey/app/handlers/notes.hpp>

#include <string>

namespace latchkey::app {

async::task<http::response> read_note(http::context&) {
  co_return http::response::json(http::status::ok, std::string{note_read});
}

async::task<http::response> create_note(http::context&) {
  co_return http::response::json(http::status::ok, std::string{note_created});
}

}  // namespace latchkey::app
