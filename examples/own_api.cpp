// Handlers of one's own behind the guards of latchkey: an HTTPS server that takes the tokens of one
// issuer. Not a program to deploy: it takes its settings from the command line.
#include <latchkey/latchkey.hpp>

#include <exception>
#include <iostream>
#include <utility>

namespace {

using namespace latchkey;

// A handler: a coroutine from the request's context to its answer.
async::task<http::response> greet(http::context& ctx) {
  co_return http::response::text(http::status::ok, "text/plain",
                                 "hello, " + ctx.principal->subject + "\n");
}

async::task<http::response> health(http::context&) {
  co_return http::response::text(http::status::ok, "text/plain", "well\n");
}

int run(const std::string& issuer, const std::string& certificate, const std::string& key) {
  embed::api_settings settings;
  settings.listen = {"127.0.0.1:0"};
  settings.certificate = certificate;
  settings.private_key = key;
  // Whose tokens are taken, and for whom they must be. Its keys are found by discovery.
  settings.issuers = {{.rules = {.issuer = issuer, .audiences = {"account"}}}};

  embed::api_server server{
      std::move(settings),
      {{.pattern = "/greeting",
        .methods = {http::verb::get},
        .handler = greet,
        .scopes = {"greet"}},
       {.pattern = "/health", .methods = {http::verb::get}, .handler = health, .is_public = true}}};
  std::cout << "listening on " << server.urls().front() << std::endl;
  server.run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "usage: own_api ISSUER CERTIFICATE KEY\n";
    return 2;
  }
  try {
    return run(arguments[1], arguments[2], arguments[3]);
  } catch (const std::exception& fault) {
    std::cerr << "own_api: " << fault.what() << "\n";
    return 1;
  }
}
