#include <latchkey/store/open_store.hpp>
#include <latchkey/store/postgres_store.hpp>
#include <latchkey/store/sqlite_store.hpp>

namespace latchkey::store {

std::shared_ptr<note_store> open_store(const settings& how, const store_parts& with) {
  if (how.store.empty()) return nullptr;
  if (const auto file = sqlite_path(how.store)) {
    return open_sqlite_store({*file, how.connections, how.queue, how.timeout}, with.clock,
                             with.tell);
  }
  return open_postgres_store({how.store, how.connections, how.queue, how.timeout, with.replaces},
                             with.threads, with.clock, net::resolver{}, with.tell);
}

}  // namespace latchkey::store
