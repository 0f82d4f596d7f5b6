// Notes in a PostgreSQL database, which several machines may share: a bounded pool of connections
// for each thread, on its event loop. Not for SQL of others: its two tables are its own.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/net/resolve.hpp>
#include <latchkey/store/note_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace latchkey::store {

struct postgres_settings {
  std::string uri;
  std::size_t connections = 4;  // of each thread
  std::size_t queue = 1024;     // calls of each thread that may wait for one
  // After which the server itself gives up a statement.
  std::chrono::milliseconds timeout{5000};
  bool must_answer = false;  // a database that is not there is refused, too
};

// Asks the database whether it can be used, once and for as long as the timeout says: makes its
// schema where there is none. Throws std::runtime_error that says why, without the password, where
// the database is there and refuses: among others where a newer program has brought its schema up
// to date. One that is not there is told of and asked again with the first call. `threads` outlives
// the store.
std::unique_ptr<note_store> open_postgres_store(const postgres_settings& how,
                                                async::io_pool& threads, core::clock clock,
                                                net::resolver names, tell_event tell);

}  // namespace latchkey::store
