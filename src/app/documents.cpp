#include <latchkey/app/documents.hpp>
#include <latchkey/app/embedded.hpp>
#include <latchkey/core/base64url.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/html.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace latchkey::app {
namespace {

constexpr std::string_view html = "text/html; charset=utf-8";

// Where each embedded file is served, and as what.
struct served_file {
  std::string_view name;
  std::string_view path;
  std::string_view content_type;
};
constexpr std::array served_files{
    served_file{"swagger-ui-bundle.js", "/docs/swagger-ui-bundle.js",
                "text/javascript; charset=utf-8"},
    served_file{"swagger-ui.css", "/docs/swagger-ui.css", "text/css; charset=utf-8"},
    served_file{"docs.js", "/docs/docs.js", "text/javascript; charset=utf-8"},
    served_file{"docs.css", "/docs/docs.css", "text/css; charset=utf-8"},
    served_file{"swagger.css", "/docs/swagger.css", "text/css; charset=utf-8"},
    served_file{"operations.css", "/docs/operations.css", "text/css; charset=utf-8"},
    served_file{"favicon.svg", "/docs/favicon.svg", "image/svg+xml"},
    served_file{"oauth2-redirect.html", "/docs/oauth2-redirect", html},
    served_file{"oauth2-redirect.js", "/docs/oauth2-redirect.js", "text/javascript; charset=utf-8"},
};
// All that the licence of Swagger UI and of what is bundled in it asks to be passed on.
constexpr std::array licences{"NOTICE", "LICENSE", "swagger-ui-bundle.js.LICENSE.txt"};

const embedded_file& embedded(std::string_view name) {
  for (const auto& one : embedded_files()) {
    if (one.name == name) return one;
  }
  throw std::logic_error{"not embedded: " + std::string{name}};
}

// A strong tag: the same in every process that serves the same bytes in the same coding.
std::string etag_of(std::string_view bytes, std::string_view coding) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"SHA-256 is not available"};
  }
  constexpr std::size_t enough = 12;
  return '"' + core::base64url_encode(std::span<const unsigned char>{digest.data(), enough}) +
         std::string{coding} + '"';
}

using response_body = decltype(http::response::body);

struct common_fields {
  std::string policy;
  std::string_view content_type;
  bool opens_windows = false;
};

void set_common(http::response& answer, const common_fields& fields, const std::string& etag) {
  answer.set("etag", etag);
  // The paths carry no version: a copy is kept, and asked for again by its tag.
  answer.set("cache-control", "no-cache");
  answer.set("vary", "accept-encoding");
  answer.set("x-content-type-options", "nosniff");
  answer.set("referrer-policy", "no-referrer");
  answer.set("content-security-policy", fields.policy);
  // Only for the page that opens the sign-in window: on the page that comes back it would cut the
  // window off from its opener.
  if (fields.opens_windows) answer.set("cross-origin-opener-policy", "same-origin-allow-popups");
}

representation represent(const common_fields& fields, std::string_view bytes, response_body body,
                         bool packed) {
  representation made{.whole = http::response{http::status::ok},
                      .unchanged = http::response{http::status::not_modified},
                      .etag = etag_of(bytes, packed ? "-gzip" : "")};
  set_common(made.whole, fields, made.etag);
  set_common(made.unchanged, fields, made.etag);
  made.whole.set("content-type", std::string{fields.content_type});
  if (packed) made.whole.set("content-encoding", "gzip");
  made.whole.body = std::move(body);
  return made;
}

document from_file(const served_file& where, const std::string& policy) {
  const auto& file = embedded(where.name);
  const common_fields fields{.policy = policy, .content_type = where.content_type};
  document made{.path = std::string{where.path},
                .plain = represent(fields, file.plain, http::asset{file.plain}, false),
                .gzip = std::nullopt};
  if (!file.gzip.empty()) made.gzip = represent(fields, file.gzip, http::asset{file.gzip}, true);
  return made;
}

document from_text(std::string path, const common_fields& fields, std::string text) {
  // The tag is made first: the view is of the text that is moved from.
  const std::string bytes = text;
  return {.path = std::move(path),
          .plain = represent(fields, bytes, std::move(text), false),
          .gzip = std::nullopt};
}

// `{{name}}` becomes the value, escaped. One pass, so that a value cannot name another.
std::string filled(std::string_view page,
                   std::span<const std::pair<std::string_view, std::string_view>> values) {
  std::string text;
  while (!page.empty()) {
    const auto open = page.find("{{");
    text += page.substr(0, open);
    if (open == page.npos) break;
    const auto close = page.find("}}", open);
    const auto name = page.substr(open + 2, close - open - 2);
    const auto value = std::find_if(values.begin(), values.end(),
                                    [name](const auto& one) { return one.first == name; });
    if (close == page.npos || value == values.end()) {
      throw std::logic_error{"the docs page names an unknown value"};
    }
    text += http::escape_html(value->second);
    page.remove_prefix(close + 2);
  }
  return text;
}

std::string policy_for(const docs_config& docs) {
  std::string connect = "'self'";
  if (!docs.token_url.empty()) connect += ' ' + policy_origin(docs.token_url);
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
         "connect-src " +
         connect + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

// Those of the authorization request, for the page's script.
std::string parameters_of(const docs_config& docs) {
  boost::json::object all;
  for (const auto& one : docs.parameters) all[one.name] = one.value;
  return boost::json::serialize(all);
}

std::string licence_text() {
  std::string text = "This page is made with Swagger UI, which comes under these terms.\n";
  for (const auto* name : licences) {
    text += "\n---- " + std::string{name} + "\n\n";
    text += embedded(name).plain;
  }
  return text;
}

}  // namespace

documents::documents(const docs_config& docs, std::string openapi) {
  const auto policy = policy_for(docs);
  const auto parameters = parameters_of(docs);
  const std::array<std::pair<std::string_view, std::string_view>, 3> values{
      {{"title", docs.title}, {"client_id", docs.client_id}, {"parameters", parameters}}};
  all_.push_back(from_text("/", {.policy = policy, .content_type = html, .opens_windows = true},
                           filled(embedded("index.html").plain, values)));
  all_.push_back(from_text("/openapi.json", {.policy = policy, .content_type = "application/json"},
                           std::move(openapi)));
  all_.push_back(from_text("/docs/licenses",
                           {.policy = policy, .content_type = "text/plain; charset=utf-8"},
                           licence_text()));
  for (const auto& one : served_files) all_.push_back(from_file(one, policy));
}

const http::response& choose(const document& one, const http::request_head& request) {
  const auto all = [&request](std::string_view name, auto&& accepts) {
    return std::any_of(request.fields.begin(), request.fields.end(), [&](const http::field& f) {
      return http::same_name(f.name, name) && accepts(f.value);
    });
  };
  const bool packed = one.gzip && all("accept-encoding", accepts_gzip);
  const auto& chosen = packed ? *one.gzip : one.plain;
  const bool has_it = all("if-none-match", [&chosen](std::string_view value) {
    return http::names_entity_tag(value, chosen.etag);
  });
  return has_it ? chosen.unchanged : chosen.whole;
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto element = http::take_element(accept_encoding);
    const auto semicolon = element.find(';');
    const auto coding = http::trim(element.substr(0, semicolon));
    const bool wanted =
        semicolon == element.npos || http::weight_of(element.substr(semicolon + 1)) > 0;
    // What names gzip decides, wherever the star stands.
    if (http::same_name(coding, "gzip") || http::same_name(coding, "x-gzip")) return wanted;
    if (coding == "*") any = wanted;
  }
  return any;
}

std::string policy_origin(std::string_view url) {
  const auto refuse = [url] {
    throw std::invalid_argument{"not an http or https URL with a host name: " + std::string{url}};
  };
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  if (!parsed || !parsed->has_authority()) refuse();
  std::string scheme{parsed->scheme()};
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (scheme != "http" && scheme != "https") refuse();
  // The grammar of a URL allows characters in a host that would end the directive.
  const std::string host{parsed->encoded_host()};
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; };
  if (host.empty() || !std::all_of(host.begin(), host.end(), plain)) refuse();
  auto origin = scheme + "://" + host;
  if (parsed->has_port() && !parsed->port().empty()) origin += ':' + std::string{parsed->port()};
  return origin;
}

}  // namespace latchkey::app
