#include "issuer/page.hpp"

#include <latchkey/http/html.hpp>

#include <utility>

namespace latchkey::issuer {
namespace {

// No Cross-Origin-Opener-Policy here: it would cut this window off from the page that opened it.
http::response page(http::status code, std::string_view title, std::string_view content,
                    std::string_view form_action) {
  std::string text =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>";
  text += title;
  text +=
      "</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" "
      "href=\"/style.css\">\n"
      "</head>\n<body>\n<main>\n";
  text += content;
  text +=
      "<p class=\"badge\">Development issuer: any name is let in. Never use it in production.</p>\n"
      "</main>\n</body>\n</html>\n";
  auto answer = http::response::text(code, "text/html; charset=utf-8", std::move(text));
  answer.set("content-security-policy",
             "default-src 'none'; style-src 'self'; img-src data:; form-action " +
                 std::string{form_action} + "; base-uri 'none'; frame-ancestors 'none'");
  answer.set("x-content-type-options", "nosniff");
  answer.set("referrer-policy", "no-referrer");
  answer.set("cache-control", "no-store");
  return answer;
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + std::string{name} + "\" value=\"" +
         http::escape_html(value) + "\">\n";
}

std::string joined(const core::scope_set& scopes) {
  std::string text;
  for (const auto& one : scopes.items()) {
    if (!text.empty()) text += ' ';
    text += one;
  }
  return text;
}

std::string scope_choice(const core::scope_set& scopes) {
  if (scopes.empty()) return "<p>It asks for no scope.</p>\n";
  std::string text = "<fieldset>\n<legend>It asks for these scopes</legend>\n";
  for (const auto& one : scopes.items()) {
    text += "<label class=\"choice\"><input type=\"checkbox\" name=\"granted\" value=\"" +
            http::escape_html(one) + "\" checked> <code>" + http::escape_html(one) +
            "</code></label>\n";
  }
  return text + "</fieldset>\n";
}

constexpr std::string_view style = R"(:root {
  color-scheme: light dark;
  --ground: #eef3f6;
  --card: #fff;
  --ink: #1b2733;
  --quiet: #5b6b78;
  --line: #c6d2da;
  --accent: #17607f;
  --on-accent: #fff;
  --warn: #8a3b12;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12191e;
    --card: #1c262d;
    --ink: #e6edf1;
    --quiet: #a3b3be;
    --line: #3a4a55;
    --accent: #6cc0e2;
    --on-accent: #0b1a22;
    --warn: #f0a985;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  padding: 1.25rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%;
  max-width: 26rem;
  padding: 2rem;
  background: var(--card);
  border-radius: 0.9rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 10%), 0 12px 32px rgb(0 0 0 / 10%);
}
h1 { margin: 0 0 0.25rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1.25rem; overflow-wrap: anywhere; }
.quiet, .badge { color: var(--quiet); font-size: 0.9rem; }
.badge { margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); }
.note { color: var(--warn); font-weight: 600; }
label { display: block; }
.name { margin-bottom: 1.25rem; font-weight: 600; }
.name input {
  display: block;
  width: 100%;
  margin-top: 0.35rem;
  padding: 0.6rem 0.75rem;
  font: inherit;
  font-weight: 400;
  color: inherit;
  background: transparent;
  border: 1px solid var(--quiet);
  border-radius: 0.5rem;
}
fieldset {
  margin: 0 0 1.5rem;
  padding: 0.5rem 1rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
}
legend { padding: 0 0.4rem; font-weight: 600; }
.choice { display: flex; gap: 0.6rem; align-items: baseline; padding: 0.25rem 0; }
.choice code { overflow-wrap: anywhere; }
input[type="checkbox"] { accent-color: var(--accent); }
.actions { display: flex; gap: 0.75rem; }
button {
  flex: 1;
  padding: 0.65rem 1rem;
  font: inherit;
  font-weight: 600;
  border: 1px solid var(--accent);
  border-radius: 0.5rem;
  cursor: pointer;
  background: transparent;
  color: var(--accent);
}
button.main { background: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
)";

}  // namespace

http::response sign_in_page(const authorization& asked, std::string_view note) {
  std::string content = "<h1>Sign in</h1>\n<p class=\"quiet\"><strong>" +
                        http::escape_html(asked.client_id) + "</strong> at " +
                        http::escape_html(origin_of(asked.redirect_uri)) +
                        " wants to act for you.</p>\n";
  if (!note.empty())
    content += "<p class=\"note\" role=\"alert\">" + http::escape_html(note) + "</p>\n";
  content += "<form method=\"post\" action=\"/authorize\">\n";
  content += hidden("response_type", "code") + hidden("client_id", asked.client_id) +
             hidden("redirect_uri", asked.redirect_uri) + hidden("state", asked.state) +
             hidden("scope", joined(asked.scopes)) + hidden("code_challenge", asked.challenge) +
             hidden("code_challenge_method", "S256");
  content +=
      "<label class=\"name\">User name\n<input name=\"username\" value=\"user1\" required "
      "maxlength=\"128\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" "
      "autofocus></label>\n";
  content += scope_choice(asked.scopes);
  // The first button is what the Enter key presses.
  content +=
      "<div class=\"actions\">\n"
      "<button class=\"main\" name=\"action\" value=\"allow\">Sign in</button>\n"
      "<button name=\"action\" value=\"deny\" formnovalidate>Refuse</button>\n</div>\n</form>\n";
  // A browser holds the redirect that answers a form to this directive as well.
  const auto form_action = "'self' " + std::string{origin_of(asked.redirect_uri)};
  return page(http::status::ok, "Sign in", content, form_action);
}

http::response fault_page(http::status code, std::string_view description) {
  const auto content =
      "<h1>This request cannot go on</h1>\n<p>" + http::escape_html(description) + "</p>\n";
  return page(code, "Sign-in refused", content, "'none'");
}

http::response style_sheet() {
  auto answer =
      http::response::text(http::status::ok, "text/css; charset=utf-8", std::string{style});
  answer.set("x-content-type-options", "nosniff");
  answer.set("cache-control", "no-cache");
  return answer;
}

}  // namespace latchkey::issuer
