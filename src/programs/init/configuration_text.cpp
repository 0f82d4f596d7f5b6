#include "configuration_text.hpp"

namespace latchkey::init {
namespace {

std::string server_text(const form& of, const choices& with) {
  return "# A first configuration for " + std::string{of.provider} +
         ". Every key: docs/configuration.md; what the provider's tokens have in them:\n"
         "# docs/providers.md. `latchkey check-config --config FILE` says whether it is valid, "
         "`latchkey doctor\n# --config FILE` whether all of it works.\n"
         "\n[server]\n"
         "# This machine only. To be reached from others: [\"0.0.0.0:8443\"].\n"
         "listen = [\"127.0.0.1:8443\"]\n"
         "\n[server.tls]\n"
         "# Paths are relative to the folder of this file.\n"
         "certificate = " +
         toml_string(with.certificate) + "\nprivate_key = " + toml_string(with.private_key) +
         "\n\n[admin]\n"
         "# /livez and /readyz, /metrics and /status, in plain HTTP. \"\" for none.\n"
         "listen = \"127.0.0.1:9901\"\n\n";
}

std::string scopes_text(const form& of, const std::vector<std::string>& scopes) {
  if (!scopes.empty()) {
    return "# All of them must be in the token.\nscopes = " + toml_list(scopes) + '\n';
  }
  return of.has_scopes ? "# Any valid token. With scopes, e.g. [\"notes:read\"], one that has them "
                         "all.\nscopes = []\n"
                       : "# Any valid token: those of this provider have no scopes.\n";
}

std::string forwarding_text(const form& of, const choices& with) {
  return "\n[[upstream]]\nname = \"api\"\naddresses = [" + toml_string(with.upstream) +
         "]\n"
         "# Asked for every 5 s at each address; one that fails is not used until it is well.\n"
         "# health_path = \"/healthz\"\n"
         "\n# What no route takes is 404 and never reaches the API.\n"
         "[[route]]\npath = " +
         toml_string(with.path) + "\nmethods = [\"*\"]\n" + scopes_text(of, with.scopes) +
         "upstream = \"api\"\n"
         "# Who asks, in a field that no client can set. The token itself is not sent on.\n"
         "claims_to_headers = { x-user = \"sub\" }\n";
}

std::string route_text(const char* path, const char* method, const char* scope,
                       const char* handler) {
  return std::string{"\n[[route]]\npath = \""} + path + "\"\nmethods = [\"" + method + "\"]\n" +
         (*scope == '\0' ? "" : std::string{"scopes = [\""} + scope + "\"]\n") + "handler = \"" +
         handler + "\"\n";
}

std::string article_text(const form& of) {
  const bool scoped = of.has_scopes;
  return std::string{scoped ? "\n# Every route asks for a valid token, and for all of its scopes.\n"
                            : "\n# Every route asks for a valid token; those of this provider have "
                              "no scopes.\n"} +
         route_text("/my-token", "GET", "", "token").substr(1) +
         route_text("/my-scopes", "GET", "", "scopes") +
         route_text("/notes", "GET", scoped ? "example:note:read" : "", "notes.read") +
         route_text("/notes", "POST", scoped ? "example:note:create" : "", "notes.create");
}

}  // namespace

std::string configuration_text(const form& of, const answers& given, const choices& with) {
  return server_text(of, with) + of.issuer(given) +
         (with.upstream.empty() ? article_text(of) : forwarding_text(of, with));
}

}  // namespace latchkey::init
