#include "note_answers.hpp"

#include <latchkey/store/entity_tag.hpp>
#include <latchkey/store/errc.hpp>
#include <latchkey/store/note_id.hpp>
#include <latchkey/store/note_json.hpp>

#include <algorithm>

namespace latchkey::app {
namespace {

using store::errc;

// PostgreSQL's index takes no more of both together than a third of a page.
constexpr std::size_t max_owner = 2048;

http::response come_back(std::string_view detail, const char* seconds) {
  auto answer = note_problem(http::status::service_unavailable, detail);
  answer.set("retry-after", seconds);
  return answer;
}

}  // namespace

http::response note_problem(http::status code, std::string_view detail,
                            const store::faults& found) {
  const auto title = boost::beast::http::obsolete_reason(code);
  auto answer =
      http::response::text(code, "application/problem+json",
                           store::problem_json(static_cast<unsigned>(code),
                                               {title.data(), title.size()}, detail, found));
  answer.set("cache-control", "no-store");
  return answer;
}

http::response refuse_faults(http::context& ctx, const store::faults& found) {
  ctx.reason = "bad_note";
  const auto& first = found.front();
  std::string detail;
  for (const auto& part : first.place) detail += (detail.empty() ? "" : ".") + part;
  detail += ": " + first.message;
  return note_problem(http::status::unprocessable_entity, detail, found);
}

http::response answer_to(http::context& ctx, const core::error_code& error) {
  const auto known =
      error.category() == store::category() ? static_cast<errc>(error.value()) : errc::unavailable;
  switch (known) {
    case errc::not_found:
      return note_problem(http::status::not_found, "Note not found");
    case errc::changed:
      ctx.reason = "note_changed";
      return note_problem(http::status::precondition_failed,
                          "The note is not in the state that the request is for");
    case errc::busy:
      ctx.reason = "store_busy";
      return come_back("Too many requests wait for the notes", "1");
    case errc::timed_out:
      ctx.reason = "store_timeout";
      return come_back("The notes could not be reached in time", "1");
    case errc::full:
      ctx.reason = "store_full";
      return come_back("There is no room left for notes", "30");
    case errc::unavailable:
      break;
  }
  ctx.reason = "store_unavailable";
  return come_back("The notes cannot be reached", "5");
}

http::response answer_with(http::status code, const store::note& one) {
  auto answer = http::response::json(code, store::to_json(one));
  answer.set("etag", store::entity_tag_of(one.revision));
  answer.set("cache-control", "private, no-cache");
  return answer;
}

std::optional<store::owner> owner_of(const http::context& ctx) {
  if (!ctx.principal) return std::nullopt;
  const auto& who = *ctx.principal;
  const auto is_nobody = [](const std::string& name) {
    return name.empty() || name.find('\0') != name.npos;
  };
  if (is_nobody(who.issuer) || is_nobody(who.subject)) return std::nullopt;
  if (who.issuer.size() + who.subject.size() > max_owner) return std::nullopt;
  return store::owner{who.issuer, who.subject};
}

http::response refuse_nobody(http::context& ctx) {
  ctx.reason = "no_subject";
  return note_problem(http::status::forbidden,
                      "The token names no subject that notes could be kept for");
}

std::optional<std::string> note_id_of(const http::context& ctx) {
  const auto found = std::find_if(ctx.parameters.begin(), ctx.parameters.end(),
                                  [](const auto& one) { return one.first == "id"; });
  if (found == ctx.parameters.end() || !store::parse_note_id(found->second)) return std::nullopt;
  return std::string{found->second};
}

}  // namespace latchkey::app
