// Tokens that Microsoft Entra made for Microsoft Graph: what clients send most often that is not
// for the API they send it to. For messages only: no verdict depends on this.
#pragma once

#include <latchkey/jose/token.hpp>

#include <string_view>

namespace latchkey::programs {

// Its audience is Microsoft Graph.
bool names_graph(const jose::token& parsed);

// That, or its issuer is Entra and its header has a `nonce`: the form of tokens for Graph, whose
// signature does not fit as it stands. Not for a token whose signature does.
bool looks_for_graph(const jose::token& unchecked);

// How to get another. A sentence without its end.
inline constexpr std::string_view graph_advice =
    "the token is for Microsoft Graph, not for this API (where its header has a `nonce`, Graph "
    "alone can check its signature). Ask for one for this API: with a scope of its own, like "
    "api://CLIENT-ID/Notes.Read or api://CLIENT-ID/.default, and not with User.Read or "
    "https://graph.microsoft.com/.default";

}  // namespace latchkey::programs
