// What the access tokens of well-known providers look like, as rules an issuer's configuration
// starts from. Not for fetching anything from a provider, and not for its keys' address.
#pragma once

#include <latchkey/app/config.hpp>

#include <string_view>

namespace latchkey::app {

// Sets what `issuer.preset` says of the claim with the audience, `typ`, the scopes' claims and the
// algorithms.
// Called before the keys of the configuration are read, which thereby win.
void apply_preset(issuer_config& issuer);

// Adds the claim that marks the provider's access tokens to the required ones, after those given,
// unless one of them shares a name with it: what was given stands in its place. Doing it twice
// changes nothing.
void add_preset_claim(issuer_config& issuer);

// What a configuration with that preset has to require of its tokens and does not; empty where it
// does. Some providers make tokens for anybody, with whatever audience is asked for.
std::string_view wanted_claim(const issuer_config& issuer);

// The form an issuer must have for the provider's tokens to name it; empty where `issuer` has it.
// An issuer on this machine stands in for any provider.
std::string_view wanted_issuer(provider preset, std::string_view issuer);

}  // namespace latchkey::app
