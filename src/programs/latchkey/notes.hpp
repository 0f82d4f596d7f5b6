// The store that a configuration keeps notes in. Not for the routes that lead to it: app/routes.
#pragma once

#include "issuers.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/store/note_store.hpp>

#include <memory>

namespace latchkey::programs {

// Null where it names none. What happens to it later is in the log. `reloads`: the server runs, and
// goes on as it is where this throws, which is as store::open_store does.
std::shared_ptr<store::note_store> open_notes(const app::config& loaded, bool reloads,
                                              const verification_parts& with);

}  // namespace latchkey::programs
