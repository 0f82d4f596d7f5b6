#include "support/run.hpp"

#include <latchkey/app/documents.hpp>
#include <latchkey/app/embedded.hpp>
#include <latchkey/app/handlers/docs.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

docs_config example_docs() {
  docs_config docs;
  docs.enabled = true;
  docs.title = "Example <App> & \"Co\"";
  docs.client_id = "example-api";
  docs.authorization_url = "https://idp.example/authorize";
  docs.token_url = "https://idp.example:8080/token?x=1";
  docs.parameters = {{"resource", "https://api.example/?a=1&b=\"2\""}};
  return docs;
}

std::string_view bytes_of(const http::response& answer) {
  if (const auto* text = std::get_if<std::string>(&answer.body)) return *text;
  return std::get<http::asset>(answer.body).bytes;
}

std::string field_of(const http::response& answer, std::string_view name) {
  return std::string{answer.find(name).value_or("(absent)")};
}

class docs_page : public testing::Test {
 protected:
  http::response get(std::string_view path, std::vector<http::field> fields = {}) {
    http::request_head head;
    head.method = http::verb::get;
    head.target = path;
    head.fields = std::move(fields);
    http::context ctx{head, {path, {}}, io_.get_executor()};
    return support::run(io_, router_(ctx));
  }

 private:
  async::asio::io_context io_;
  http::router router_{docs_routes(std::make_shared<const documents>(example_docs(), "{}"))};
};

TEST_F(docs_page, serves_the_page_under_a_strict_policy) {
  const auto page = get("/");
  EXPECT_EQ(page.code(), http::status::ok);
  EXPECT_EQ(field_of(page, "content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(field_of(page, "content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self' https://idp.example:8080; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'");
  EXPECT_EQ(field_of(page, "cross-origin-opener-policy"), "same-origin-allow-popups");
  EXPECT_EQ(field_of(page, "x-content-type-options"), "nosniff");
}

TEST_F(docs_page, carries_the_settings_escaped) {
  const auto page = get("/");
  const auto text = bytes_of(page);
  EXPECT_THAT(text, HasSubstr("<title>Example &lt;App&gt; &amp; &quot;Co&quot;</title>"));
  EXPECT_THAT(text, HasSubstr("data-client-id=\"example-api\""));
  EXPECT_THAT(text, HasSubstr("data-parameters=\"{&quot;resource&quot;:&quot;"
                              "https://api.example/?a=1&amp;b=\\&quot;2\\&quot;&quot;}\""));
  EXPECT_THAT(text, Not(HasSubstr("{{")));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

TEST_F(docs_page, leaves_the_redirect_page_its_opener) {
  const auto page = get("/docs/oauth2-redirect");
  EXPECT_EQ(page.code(), http::status::ok);
  EXPECT_EQ(field_of(page, "cross-origin-opener-policy"), "(absent)");
  EXPECT_EQ(field_of(page, "referrer-policy"), "no-referrer");
  EXPECT_THAT(bytes_of(page), HasSubstr("src=\"oauth2-redirect.js\""));
}

TEST_F(docs_page, serves_every_file_with_its_type) {
  const std::vector<std::pair<std::string_view, std::string_view>> files{
      {"/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"},
      {"/docs/swagger-ui.css", "text/css; charset=utf-8"},
      {"/docs/docs.js", "text/javascript; charset=utf-8"},
      {"/docs/docs.css", "text/css; charset=utf-8"},
      {"/docs/swagger.css", "text/css; charset=utf-8"},
      {"/docs/operations.css", "text/css; charset=utf-8"},
      {"/docs/favicon.svg", "image/svg+xml"},
      {"/docs/oauth2-redirect.js", "text/javascript; charset=utf-8"},
      {"/docs/licenses", "text/plain; charset=utf-8"},
      {"/openapi.json", "application/json"},
  };
  for (const auto& [path, type] : files) {
    SCOPED_TRACE(path);
    const auto answer = get(path);
    EXPECT_EQ(answer.code(), http::status::ok);
    EXPECT_EQ(field_of(answer, "content-type"), type);
    EXPECT_EQ(field_of(answer, "x-content-type-options"), "nosniff");
    EXPECT_EQ(field_of(answer, "content-encoding"), "(absent)");
    EXPECT_FALSE(bytes_of(answer).empty());
  }
}

TEST_F(docs_page, passes_the_licences_on) {
  const auto answer = get("/docs/licenses");
  EXPECT_THAT(bytes_of(answer), HasSubstr("Apache License"));
  EXPECT_THAT(bytes_of(answer), HasSubstr("SmartBear"));
  EXPECT_THAT(bytes_of(answer), HasSubstr("Jed Watson"));
}

TEST_F(docs_page, sends_gzip_only_to_who_asked) {
  const auto plain = get("/docs/swagger-ui-bundle.js");
  const auto packed = get("/docs/swagger-ui-bundle.js", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(field_of(plain, "content-encoding"), "(absent)");
  EXPECT_EQ(field_of(packed, "content-encoding"), "gzip");
  EXPECT_EQ(field_of(packed, "vary"), "accept-encoding");
  EXPECT_EQ(field_of(plain, "vary"), "accept-encoding");
  EXPECT_THAT(bytes_of(plain), StartsWith("/*!"));
  EXPECT_THAT(bytes_of(packed), StartsWith("\x1f\x8b"));
  EXPECT_LT(bytes_of(packed).size() * 3, bytes_of(plain).size());
  EXPECT_NE(field_of(plain, "etag"), field_of(packed, "etag"));
}

TEST_F(docs_page, answers_304_to_who_has_it) {
  for (const auto* path : {"/", "/openapi.json", "/docs/swagger-ui.css"}) {
    SCOPED_TRACE(path);
    const auto tag = field_of(get(path), "etag");
    const auto again = get(path, {{"If-None-Match", tag}});
    EXPECT_EQ(again.code(), http::status::not_modified);
    EXPECT_TRUE(bytes_of(again).empty());
    EXPECT_EQ(field_of(again, "etag"), tag);
    EXPECT_EQ(get(path, {{"If-None-Match", "\"other\""}}).code(), http::status::ok);
  }
  const auto plain_tag = field_of(get("/docs/swagger-ui.css"), "etag");
  EXPECT_EQ(get("/docs/swagger-ui.css", {{"If-None-Match", plain_tag}, {"Accept-Encoding", "gzip"}})
                .code(),
            http::status::ok)
      << "another coding is another representation";
}

TEST(documents, outlive_the_requests_of_their_routes) {
  std::vector<http::route> routes;
  {
    auto docs = std::make_shared<const documents>(example_docs(), "{\"a\":1}");
    routes = docs_routes(docs);
  }
  async::asio::io_context io;
  http::request_head head;
  head.method = http::verb::get;
  http::context ctx{head, {"/openapi.json", {}}, io.get_executor()};
  EXPECT_EQ(bytes_of(support::run(io, http::router{routes}(ctx))), "{\"a\":1}");
}

TEST(documents, refuse_a_token_url_that_no_policy_can_name) {
  for (const auto* url :
       {"idp.example", "/token", "ftp://idp.example/", "https:///token", "https://[::1]/token",
        "https://a;script-src%20*/token", "https://a,b/token", "https://*/token"}) {
    SCOPED_TRACE(url);
    auto docs = example_docs();
    docs.token_url = url;
    EXPECT_THROW((documents{docs, "{}"}), std::invalid_argument);
  }
}

TEST(documents, name_the_origin_of_a_url) {
  EXPECT_EQ(policy_origin("https://idp.example/a/b?c"), "https://idp.example");
  EXPECT_EQ(policy_origin("HTTP://127.0.0.1:9400/token"), "http://127.0.0.1:9400");
  EXPECT_EQ(policy_origin("https://user:pass@idp.example/"), "https://idp.example");
}

TEST(documents, work_without_a_provider) {
  const documents made{docs_config{}, "{}"};
  EXPECT_THAT(*made.all().front().plain.whole.find("content-security-policy"),
              HasSubstr("connect-src 'self'; base-uri"));
}

TEST(accept_encoding, is_read_as_the_standard_says) {
  const std::vector<std::pair<std::string_view, bool>> cases{
      {"", false},
      {"gzip", true},
      {"GZip", true},
      {"x-gzip", true},
      {"br, deflate", false},
      {"br,gzip;q=0.5", true},
      {"gzip;q=0", false},
      {"gzip; q=0.000", false},
      {"gzip;q=0.001", true},
      {"gzip;Q=1", true},
      {"*", true},
      {"*;q=0", false},
      {"*, gzip;q=0", false},
      {"gzip;q=0, *", false},
      {"identity", false},
      {"gzipped", false},
      {" , ,gzip", true},
  };
  for (const auto& [value, expected] : cases) EXPECT_EQ(accepts_gzip(value), expected) << value;
}

TEST(embedded_files, are_whole) {
  for (const auto& one : embedded_files()) {
    SCOPED_TRACE(one.name);
    EXPECT_FALSE(one.plain.empty());
    if (one.gzip.empty()) continue;
    // The last four bytes of a gzip file are the size of what was packed, low byte first.
    std::uint32_t size = 0;
    for (const char c :
         {one.gzip.end()[-1], one.gzip.end()[-2], one.gzip.end()[-3], one.gzip.end()[-4]}) {
      size = size << 8 | static_cast<unsigned char>(c);
    }
    EXPECT_EQ(one.plain.size(), size);
  }
}

}  // namespace
}  // namespace latchkey::app
