#include "note_answers.hpp"

#include <latchkey/app/handlers/stored_notes.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/store/cursor.hpp>
#include <latchkey/store/entity_tag.hpp>
#include <latchkey/store/errc.hpp>
#include <latchkey/store/note_body.hpp>
#include <latchkey/store/note_id.hpp>
#include <latchkey/store/note_json.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace latchkey::app {
namespace {

using store::operation;

store::condition condition_of(const http::request_head& head) {
  store::condition when;
  for (const auto& one : head.fields) {
    if (http::same_name(one.name, "if-match")) store::add_if_match(when, one.value);
    if (http::same_name(one.name, "if-none-match")) store::add_if_none_match(when, one.value);
  }
  return when;
}

// JSON, by its content type, and nothing that would have to be unpacked first.
bool is_json(const http::request_head& head) {
  return head.count("content-type") == 1 && head.count("content-encoding") == 0 &&
         http::is_utf8_json(head.find("content-type").value_or(""));
}

// What all of them have.
struct note_handler {
  explicit note_handler(handler_parts with) : parts{std::move(with)} {
    if (!parts.notes) throw std::invalid_argument{"a route of notes that nothing keeps"};
  }

  core::deadline until(const http::context& ctx) const {
    return ctx.deadline.sooner(core::deadline{parts.clock.steady() + parts.notes_timeout});
  }
  // To the microsecond, as it is kept.
  core::wall_time now() const {
    return std::chrono::floor<std::chrono::microseconds>(parts.clock.wall());
  }

  handler_parts parts;
};

// From its making to note(): how long the store took, and what became of the call.
class counted_call {
 public:
  counted_call(const handler_parts& parts, operation one)
      : parts_{parts}, one_{one}, began_{parts.clock.steady()} {}
  void note(const core::error_code& error) const {
    if (parts_.counts) parts_.counts->add(one_, error, parts_.clock.steady() - began_);
  }
  template <class T>
  void note(const core::result<T>& outcome) const {
    note(outcome.has_error() ? outcome.error() : core::error_code{});
  }

 private:
  const handler_parts& parts_;
  operation one_;
  core::steady_time began_;
};

// One note of somebody.
struct which_note {
  store::owner whose;
  std::string id;
};

// Which one the request is for, or the answer to it.
struct asked_note {
  std::optional<which_note> found;
  http::response refused;
};

asked_note asked_note_of(http::context& ctx) {
  auto whose = owner_of(ctx);
  if (!whose) return {{}, refuse_nobody(ctx)};
  auto id = note_id_of(ctx);
  if (!id) return {{}, answer_to(ctx, store::errc::not_found)};
  return {which_note{std::move(*whose), std::move(*id)}, http::response{}};
}

// What the body says, or the answer to it.
struct read_content {
  std::optional<store::note_content> content;
  http::response refused;
};

async::task<read_content> content_of(http::context& ctx) {
  if (!is_json(ctx.request)) {
    ctx.reason = "bad_note";
    auto answer = note_problem(http::status::unsupported_media_type,
                               "Expected a body of the type application/json, in UTF-8");
    answer.set("accept", "application/json");
    co_return read_content{{}, std::move(answer)};
  }
  const auto body = co_await ctx.body.read_all(store::max_body);
  if (body.has_error()) {
    const auto code = http::problem(body.error()).code();
    const auto text = boost::beast::http::obsolete_reason(code);
    co_return read_content{{}, note_problem(code, {text.data(), text.size()})};
  }
  auto read = store::read_note_body(*body);
  if (read.has_error()) co_return read_content{{}, refuse_faults(ctx, read.error())};
  co_return read_content{std::move(*read), http::response{}};
}

struct list_handler : note_handler {
  using note_handler::note_handler;

  async::task<http::response> operator()(http::context& ctx) const {
    auto whose = owner_of(ctx);
    if (!whose) co_return refuse_nobody(ctx);
    auto asked = store::read_page_query(ctx.target.query);
    if (asked.has_error()) co_return refuse_faults(ctx, asked.error());
    const counted_call call{parts, operation::list};
    const auto page =
        co_await parts.notes->list(std::move(*whose), asked->after, asked->limit, until(ctx));
    call.note(page);
    if (page.has_error()) co_return answer_to(ctx, page.error());
    auto answer = http::response::json(http::status::ok, store::to_json(*page));
    answer.set("cache-control", "private, no-cache");
    if (page->more && !page->notes.empty()) {
      answer.add("link", {"<", ctx.target.path, "?limit=", std::to_string(asked->limit),
                          "&after=", store::make_cursor(page->notes.back().id), ">; rel=\"next\""});
    }
    co_return answer;
  }
};

struct create_handler : note_handler {
  using note_handler::note_handler;

  async::task<http::response> operator()(http::context& ctx) const {
    auto whose = owner_of(ctx);
    if (!whose) co_return refuse_nobody(ctx);
    auto read = co_await content_of(ctx);
    if (!read.content) co_return std::move(read.refused);
    const auto when = now();
    const store::note made{store::make_note_id(when, parts.random(), parts.random()),
                           std::move(*read.content), when, when, parts.random()};
    const counted_call call{parts, operation::create};
    const auto error = co_await parts.notes->add(std::move(*whose), made, until(ctx));
    call.note(error);
    if (error) co_return answer_to(ctx, error);
    auto answer = answer_with(http::status::created, made);
    const auto base = ctx.target.path.substr(0, ctx.target.path.find_last_not_of('/') + 1);
    answer.add("location", {base, "/", made.id});
    co_return answer;
  }
};

struct read_handler : note_handler {
  using note_handler::note_handler;

  async::task<http::response> operator()(http::context& ctx) const {
    auto asked = asked_note_of(ctx);
    if (!asked.found) co_return std::move(asked.refused);
    const counted_call call{parts, operation::read};
    const auto found = co_await parts.notes->find(std::move(asked.found->whose),
                                                  std::move(asked.found->id), until(ctx));
    call.note(found);
    if (found.has_error()) co_return answer_to(ctx, found.error());
    co_return conditional(ctx, *found);
  }

  // If-Match is looked at first (RFC 9110 section 13.2.2).
  static http::response conditional(http::context& ctx, const store::note& found) {
    const auto tag = store::entity_tag_of(found.revision);
    store::condition when;
    bool known = false;
    for (const auto& one : ctx.request.fields) {
      if (http::same_name(one.name, "if-match")) store::add_if_match(when, one.value);
      if (http::same_name(one.name, "if-none-match")) {
        known = known || http::names_entity_tag(one.value, tag);
      }
    }
    if (!when.holds(found.revision)) return answer_to(ctx, store::errc::changed);
    auto answer = answer_with(http::status::ok, found);
    if (!known) return answer;
    http::response same{http::status::not_modified};
    for (const auto& one : answer.fields()) {
      if (!one.name.starts_with("content-")) same.set(one.name, one.value);
    }
    return same;
  }
};

struct update_handler : note_handler {
  using note_handler::note_handler;

  async::task<http::response> operator()(http::context& ctx) const {
    auto asked = asked_note_of(ctx);
    if (!asked.found) co_return std::move(asked.refused);
    auto read = co_await content_of(ctx);
    if (!read.content) co_return std::move(read.refused);
    store::note_change to{std::move(*read.content), now(), parts.random()};
    const counted_call call{parts, operation::update};
    const auto changed =
        co_await parts.notes->replace(std::move(asked.found->whose), std::move(asked.found->id),
                                      std::move(to), condition_of(ctx.request), until(ctx));
    call.note(changed);
    if (changed.has_error()) co_return answer_to(ctx, changed.error());
    co_return answer_with(http::status::ok, *changed);
  }
};

struct delete_handler : note_handler {
  using note_handler::note_handler;

  async::task<http::response> operator()(http::context& ctx) const {
    auto asked = asked_note_of(ctx);
    if (!asked.found) co_return std::move(asked.refused);
    const counted_call call{parts, operation::remove};
    const auto error =
        co_await parts.notes->remove(std::move(asked.found->whose), std::move(asked.found->id),
                                     condition_of(ctx.request), until(ctx));
    call.note(error);
    if (error) co_return answer_to(ctx, error);
    co_return http::response{http::status::no_content};
  }
};

}  // namespace

http::handler list_notes(const handler_parts& parts) {
  return list_handler{parts};
}

http::handler create_stored_note(const handler_parts& parts) {
  return create_handler{parts};
}

http::handler read_stored_note(const handler_parts& parts) {
  return read_handler{parts};
}

http::handler update_stored_note(const handler_parts& parts) {
  return update_handler{parts};
}

http::handler delete_stored_note(const handler_parts& parts) {
  return delete_handler{parts};
}

}  // namespace latchkey::app
