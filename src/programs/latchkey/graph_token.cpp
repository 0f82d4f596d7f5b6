#include "graph_token.hpp"

#include <algorithm>
#include <array>

namespace latchkey::programs {
namespace {

bool is_graph(std::string_view audience) {
  constexpr std::array<std::string_view, 3> names = {"00000003-0000-0000-c000-000000000000",
                                                     "https://graph.microsoft.com",
                                                     "https://graph.microsoft.com/"};
  return std::find(names.begin(), names.end(), audience) != names.end();
}

bool is_entra(std::string_view issuer) {
  return issuer.starts_with("https://sts.windows.net/") ||
         issuer.starts_with("https://login.microsoftonline.com/");
}

}  // namespace

bool names_graph(const jose::token& parsed) {
  const auto audience = parsed.claims().find("aud");
  return audience && is_graph(audience->text().value_or(""));
}

bool looks_for_graph(const jose::token& unchecked) {
  return names_graph(unchecked) ||
         (unchecked.has_nonce() && is_entra(unchecked.issuer().value_or("")));
}

}  // namespace latchkey::programs
