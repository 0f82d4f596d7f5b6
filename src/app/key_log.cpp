#include <latchkey/app/key_log.hpp>
#include <latchkey/auth/challenge.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace latchkey::app {
namespace {

namespace json = boost::json;

constexpr std::size_t max_listed = 100;

json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

key_line failed(std::string_view issuer, const auth::jwks_event& event,
                const auth::source_failure& last) {
  key_line line{event.usable ? log_level::warn : log_level::error, "keys_fetch_failed", {}};
  line.fields = {{"issuer", json_view(issuer)},
                 {"error", event.error.message()},
                 {"failures", event.failures},
                 {"usable", event.usable}};
  if (event.status != 0) line.fields["status"] = event.status;
  add_failure(line.fields, last);
  if (!event.usable) {
    line.fields["advice"] =
        "its tokens are answered with 503 until its keys can be had; latchkey doctor --config FILE "
        "says what is wrong on the way there";
  }
  line.fields["retry_in_ms"] =
      std::chrono::duration_cast<std::chrono::milliseconds>(event.backoff).count();
  if (event.changed) line.fields["withdrawn_kids"] = kids_json(event.old_kids);
  if (!event.skipped.empty()) line.fields["skipped"] = skipped_json(event.skipped);
  return line;
}

}  // namespace

json::array kids_json(const std::vector<std::string>& kids) {
  json::array made;
  for (std::size_t i = 0; i < std::min(kids.size(), max_listed); ++i) made.emplace_back(kids[i]);
  return made;
}

json::array skipped_json(const std::vector<jose::key_set::skipped_key>& skipped) {
  json::array made;
  for (std::size_t i = 0; i < std::min(skipped.size(), max_listed); ++i) {
    const auto& one = skipped[i];
    made.emplace_back(json::object{
        {"kid", one.kid}, {"kty", one.kty}, {"reason", json_view(auth::reason(one.why))}});
  }
  return made;
}

json::array noted_json(const std::vector<jose::key_set::noted_key>& noted) {
  json::array made;
  for (std::size_t i = 0; i < std::min(noted.size(), max_listed); ++i) {
    const auto& one = noted[i];
    json::array remarks;
    for (const auto remark : one.remarks()) remarks.emplace_back(json_view(remark));
    made.emplace_back(
        json::object{{"kid", one.kid}, {"kty", one.kty}, {"remarks", std::move(remarks)}});
  }
  return made;
}

std::string why_no_keys(const auth::jwks_stats& stats, const auth::source_failure& last) {
  if (!stats.last_attempt) return "they are being fetched for the first time";
  if (!stats.last_error) return "they are too old to be used";
  auto text = stats.last_error.message();
  if (stats.last_status != 0 && last.found.empty())
    text += ", status " + std::to_string(stats.last_status);
  if (!last.asked.empty()) text += "; asked: " + last.asked;
  if (!last.found.empty()) text += "; found: " + last.found;
  if (!last.expected.empty()) text += "; expected: " + last.expected;
  return text;
}

void add_failure(json::object& to, const auth::source_failure& last) {
  if (!last.asked.empty()) to["asked"] = last.asked;
  if (!last.found.empty()) to["found"] = last.found;
  if (!last.expected.empty()) to["expected"] = last.expected;
}

std::optional<key_line> key_line_of(std::string_view issuer, const auth::jwks_event& event,
                                    const auth::source_failure& last) {
  using kind = auth::jwks_event::kind;
  if (event.what == kind::failed) {
    if (!event.news) return std::nullopt;
    return failed(issuer, event, last);
  }
  const bool recovered = event.what == kind::recovered;
  if (!recovered && !event.changed && !event.skipped_changed && !event.noted_changed) {
    return std::nullopt;
  }
  key_line line{log_level::info, "keys_changed", {{"issuer", json_view(issuer)}}};
  if (recovered || event.changed) {
    line.fields["old_kids"] = kids_json(event.old_kids);
    line.fields["new_kids"] = kids_json(event.new_kids);
  } else {
    line.name = event.skipped_changed ? "keys_skipped" : "keys_noted";
  }
  if (event.noted_changed || (event.changed && !event.noted.empty())) {
    line.fields["noted"] = noted_json(event.noted);
  }
  if (event.skipped_changed || (event.changed && !event.skipped.empty())) {
    line.fields["skipped"] = skipped_json(event.skipped);
  }
  if (recovered) {
    line.name = "keys_recovered";
    line.fields["failures"] = event.failures;
  }
  return line;
}

}  // namespace latchkey::app
