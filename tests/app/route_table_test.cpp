#include "config_cases.hpp"

#include <latchkey/app/route_table.hpp>

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>

namespace latchkey::app {
namespace {

config several() {
  return parse_config(std::string{smallest_config} +
                          "[[upstream]]\nname = \"a\"\naddresses = [\"http://a\"]\n"
                          "[[route]]\npath = \"/*\"\nmethods = [\"*\"]\nupstream = \"a\"\n"
                          "[[route]]\npath = \"/api/*\"\nmethods = [\"*\"]\nupstream = \"a\"\n"
                          "public = true\n"
                          "[[route]]\npath = \"/api/*\"\nmethods = [\"GET\", \"POST\"]\nscopes = "
                          "[\"x\", \"y\"]\nhandler = \"token\"\n",
                      test_source())
      .value();
}

TEST(route_table, has_the_most_specific_route_first) {
  EXPECT_EQ(route_text(several()),
            "PATH    METHODS    NEEDS            ANSWERED BY\n"
            "/api/*  GET, POST  token with x, y  handler token\n"
            "/api/*  *          nothing          upstream a\n"
            "/notes  GET        token            handler notes.read\n"
            "/*      *          token            upstream a\n");
}

TEST(route_table, has_the_documentation_page) {
  auto with_docs = several();
  with_docs.docs.enabled = true;
  const auto text = route_text(with_docs);
  EXPECT_NE(text.find("\n/openapi.json "), text.npos) << text;
  EXPECT_NE(text.find(" nothing          the documentation page\n"), text.npos) << text;
}

TEST(route_table, has_the_path_of_checks_and_the_routes_for_them) {
  const auto checked =
      parse_config(std::string{smallest_config} +
                       "[forward_auth]\npath = \"/check\"\ntrusted_proxies = [\"10.0.0.1\"]\n"
                       "[[route]]\npath = \"/api/*\"\nmethods = [\"*\"]\nhandler = \"checked\"\n",
                   test_source())
          .value();
  EXPECT_EQ(route_text(checked),
            "PATH      METHODS  NEEDS    ANSWERED BY\n"
            "/api/*    *        token    404, but for checks\n"
            "/check/*  *        nothing  the checks of other proxies\n"
            "/notes    GET      token    handler notes.read\n");
}

TEST(route_table, is_json_with_what_is_odd_about_it) {
  EXPECT_EQ(
      boost::json::serialize(route_json(several())),
      R"({"routes":[)"
      R"({"path":"/api/*","methods":["GET","POST"],"public":false,"scopes":["x","y"],"handler":"token"},)"
      R"({"path":"/api/*","methods":["*"],"public":true,"scopes":[],"upstream":"a"},)"
      R"({"path":"/notes","methods":["GET"],"public":false,"scopes":[],"handler":"notes.read"},{"path":"/*","methods":["*"],"public":false,"scopes":[],"upstream":"a"}],)"
      R"("findings":[{"key":"route.0.path","message":"route \"/notes\" answers 405 where \"/*\" would take every method that no route names"},)"
      R"({"key":"route.2.path","message":"route \"/api/*\" asks for no token, within \"/*\", which does"}]})");
}

}  // namespace
}  // namespace latchkey::app
