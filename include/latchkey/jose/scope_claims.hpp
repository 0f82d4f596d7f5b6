// Which scopes the claims of a token grant. Not for comparing them with what a route needs: that is
// core/scope_set.
#pragma once

#include <latchkey/core/scope_set.hpp>
#include <latchkey/jose/json_view.hpp>

#include <span>
#include <string>

namespace latchkey::jose {

struct granted_scopes {
  core::scope_set scopes;
  // False where one of the claims held something that is no scope, or more than are counted.
  bool all_read = true;
};

// The scopes of the claims at `paths` (claim_path), in the order of the paths, then of the claim. A
// scope claim is a string of words set apart by spaces or an array of strings, each one scope. What
// is anything else grants nothing and takes nothing from the rest: a claim of another type, an
// element that is no string or has a space or a control character in it, a string with a control
// character anywhere, and whatever comes after the 512th scope, repetitions counted.
granted_scopes scopes_of(json_view claims, std::span<const std::string> paths);

}  // namespace latchkey::jose
