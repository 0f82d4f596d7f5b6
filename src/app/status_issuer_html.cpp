// The part of the status page that is of an issuer's keys.
#include "status_page.hpp"

#include <latchkey/app/log.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/http/html.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace latchkey::app {
namespace {

using http::escape_html;

constexpr std::size_t max_listed = 100;

std::string_view look_of(auth::keys_state state) {
  if (state == auth::keys_state::fresh) return "good";
  return state == auth::keys_state::stale ? "warn" : "bad";
}

std::string kids_text(const auth::jwks_stats& keys) {
  std::string text;
  for (std::size_t i = 0; i < std::min(keys.kids.size(), max_listed); ++i) {
    text += fmt::format("<code>{}</code> ", escape_html(keys.kids[i]));
  }
  if (keys.keys_without_kid > 0) text += fmt::format("{} without kid", keys.keys_without_kid);
  return text.empty() ? "none" : text;
}

std::string skipped_text(const auth::jwks_stats& keys) {
  std::string text;
  for (std::size_t i = 0; i < std::min(keys.skipped.size(), max_listed); ++i) {
    const auto& one = keys.skipped[i];
    text += fmt::format("<code>{}</code> {} {}<br>", escape_html(one.kid.empty() ? "-" : one.kid),
                        escape_html(one.kty), escape_html(auth::reason(one.why)));
  }
  return text;
}

std::string noted_text(const auth::jwks_stats& keys) {
  std::string text;
  for (std::size_t i = 0; i < std::min(keys.noted.size(), max_listed); ++i) {
    const auto& one = keys.noted[i];
    text += fmt::format("<code>{}</code> {}<br>", escape_html(one.kid.empty() ? "-" : one.kid),
                        fmt::join(one.remarks(), ", "));
  }
  return text;
}

std::string fetches_text(const auth::jwks_stats& keys) {
  std::string text;
  for (std::size_t i = 0; i < keys.fetches.size(); ++i) {
    if (keys.fetches[i] == 0) continue;
    if (!text.empty()) text += ", ";
    text +=
        fmt::format("{} {}", keys.fetches[i], auth::to_string(static_cast<auth::fetch_result>(i)));
  }
  return text.empty() ? "none yet" : text;
}

std::string error_text(const issuer_status& one) {
  const auto& keys = one.keys;
  auto text = escape_html(keys.last_error.message());
  if (keys.last_status != 0) text += fmt::format(" (status {})", keys.last_status);
  text += fmt::format(", {} in a row", keys.failures_in_row);
  const auto add = [&text](std::string_view what, const std::string& value) {
    if (!value.empty()) text += fmt::format("<br>{} <code>{}</code>", what, escape_html(value));
  };
  add("asked", one.last_failure.asked);
  add("found", one.last_failure.found);
  add("expected", one.last_failure.expected);
  return text;
}

}  // namespace

std::string issuer_section(const issuer_status& one) {
  const auto& keys = one.keys;
  const auto state = auth::to_string(keys.state);
  auto text = fmt::format(
      "<section><header><h2>issuer {}</h2><span class=\"pill {}\">{}</span></header>\n"
      "<table><tbody class=\"facts\">\n",
      escape_html(one.issuer), look_of(keys.state),
      state == "never_loaded" ? "never loaded" : state);
  text += fact_row("keys from", escape_html(one.source));
  if (one.over_http) text += fact_row("warning", "keys come over http, unprotected (allow_http)");
  text += fact_row("keys", kids_text(keys));
  if (!keys.skipped.empty()) text += fact_row("left out", skipped_text(keys));
  if (!keys.noted.empty()) text += fact_row("unusual", noted_text(keys));
  if (keys.age) {
    text += fact_row("age", fmt::format("{} of {}", span_text(*keys.age), span_text(keys.max_age)));
  }
  if (keys.last_success) text += fact_row("last success", format_time(*keys.last_success));
  if (keys.last_error) text += fact_row("last error", error_text(one));
  if (keys.in_flight) {
    text += fact_row("next attempt", "under way");
  } else if (keys.next_attempt) {
    const auto left = std::max(*keys.next_attempt, core::steady_duration::zero());
    text += fact_row("next attempt", "in " + span_text(left));
  }
  text += fact_row("fetches", fetches_text(keys));
  text += fact_row("waiting requests", std::to_string(keys.waiters));
  text += fact_row("unknown key ids", fmt::format("{} requests refused, {} remembered",
                                                  keys.unknown_kids, keys.negative_kids));
  return text + "</tbody></table></section>\n";
}

}  // namespace latchkey::app
