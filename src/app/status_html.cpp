#include <latchkey/app/log.hpp>
#include <latchkey/app/status.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/http/html.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace latchkey::app {
namespace {

using http::escape_html;

constexpr std::size_t max_listed = 100;

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>latchkey status</title>
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 60rem; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .2rem 0 1rem; opacity: .75; }
section { border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.2rem; margin: 1rem 0; }
header { display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap; }
.state { padding: 0 .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; color: #fff; }
.fresh { background: #1a7f37; } .stale { background: #9a6700; }
.expired, .never_loaded, .withdrawn { background: #cf222e; }
table { border-collapse: collapse; width: 100%; margin-top: .8rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 500; opacity: .75; width: 12rem; }
code { background: var(--soft); padding: .05rem .3rem; border-radius: 4px; font-size: .9em; }
@media (max-width: 34rem) { th { width: 8rem; } body { padding: .8rem; } }
</style></head><body>
)";

std::string row(std::string_view name, const std::string& value) {
  return fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", name, value);
}

std::string span_text(core::steady_duration length) {
  const auto all = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  if (all < 60) return fmt::format("{:.1f} s", std::chrono::duration<double>{length}.count());
  if (all < 3600) return fmt::format("{} min {} s", all / 60, all % 60);
  return fmt::format("{} h {} min", all / 3600, all / 60 % 60);
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
                        fmt::join(one.spelling.remarks(), ", "));
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

std::string section(const issuer_status& one) {
  const auto& keys = one.keys;
  const auto state = auth::to_string(keys.state);
  auto text = fmt::format(
      "<section><header><h2>{}</h2><span class=\"state {}\">{}</span></header>\n<table>\n",
      escape_html(one.issuer), state, state == "never_loaded" ? "never loaded" : state);
  text += row("keys from", escape_html(one.source));
  if (one.over_http) text += row("warning", "keys come over http, unprotected (allow_http)");
  text += row("keys", kids_text(keys));
  if (!keys.skipped.empty()) text += row("left out", skipped_text(keys));
  if (!keys.noted.empty()) text += row("unusual", noted_text(keys));
  if (keys.age) {
    text += row("age", fmt::format("{} of {}", span_text(*keys.age), span_text(keys.max_age)));
  }
  if (keys.last_success) text += row("last success", format_time(*keys.last_success));
  if (keys.last_error) text += row("last error", error_text(one));
  if (keys.in_flight) {
    text += row("next attempt", "under way");
  } else if (keys.next_attempt) {
    const auto left = std::max(*keys.next_attempt, core::steady_duration::zero());
    text += row("next attempt", "in " + span_text(left));
  }
  text += row("fetches", fetches_text(keys));
  text += row("waiting requests", std::to_string(keys.waiters));
  text += row("unknown key ids", fmt::format("{} requests refused, {} remembered",
                                             keys.unknown_kids, keys.negative_kids));
  return text + "</table></section>\n";
}

std::string certificate_text(const certificate_status& one, core::wall_time now) {
  const auto left = std::chrono::floor<std::chrono::days>(one.until - now).count();
  return fmt::format("<code>{}</code> {} ({}), until {}, {} days left<br>", escape_html(one.file),
                     escape_html(fmt::format("{}", fmt::join(one.names, ", "))),
                     escape_html(one.key), format_time(one.until), left);
}

std::string reload_text(const reload_report& last) {
  auto text = format_time(last.at) + (last.taken ? ", taken" : ", refused");
  for (const auto& one : last.problems) text += "<br><code>" + escape_html(one) + "</code>";
  for (const auto& one : last.restart) {
    text += "<br>after a restart: <code>" + escape_html(one) + "</code>";
  }
  return text;
}

std::string configuration(const config_status& config, core::wall_time now) {
  const bool refused = config.last_reload && !config.last_reload->taken;
  std::string text = "<section><header><h2>configuration</h2>";
  if (refused) text += "<span class=\"state expired\">last reload refused</span>";
  text += "</header>\n<table>\n";
  text += row("generation", std::to_string(config.generation));
  text += row("in use since", format_time(config.since));
  if (config.last_reload) text += row("last reload", reload_text(*config.last_reload));
  std::string certificates;
  for (const auto& one : config.certificates) certificates += certificate_text(one, now);
  if (!certificates.empty()) text += row("certificates", certificates);
  return text + "</table></section>\n";
}

}  // namespace

std::string status_html(const server_status& status) {
  std::string page{head};
  page += fmt::format("<h1>latchkey " LATCHKEY_VERSION "</h1>\n<p>up {} since {}</p>\n",
                      span_text(status.now - status.started), format_time(status.started));
  page += configuration(status.config, status.now);
  for (const auto& one : status.issuers) page += section(one);
  return page + "</body></html>\n";
}

}  // namespace latchkey::app
