// The store that settings name. Not for one kind of store: sqlite_store, postgres_store.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/store/note_store.hpp>
#include <latchkey/store/settings.hpp>

#include <memory>

namespace latchkey::store {

struct store_parts {
  // Whose threads will ask; outlives the store.
  async::io_pool& threads;
  core::clock clock;
  tell_event tell;
  // There is a store already that this one would replace: one that does not answer is refused.
  bool replaces = false;
};

// Null where the settings name none. Throws std::runtime_error that says why where the store cannot
// be used at all, without a password in it. May wait for the disk, or the database, as long as the
// timeout says.
std::shared_ptr<note_store> open_store(const settings& how, const store_parts& with);

}  // namespace latchkey::store
