// The keys of [notes]: a part of config_describe, which says how it is read.
#pragma once

#include "config_names.hpp"

#include <latchkey/store/settings.hpp>

#include <chrono>

namespace latchkey::app {

template <class Visitor>
void describe(Visitor& visit, store::settings& notes) {
  using namespace std::chrono_literals;
  visit.value("store", notes.store, rule::store_address{{.secret = true}},
              "Where notes are kept: `sqlite:` and a path, which is relative to the folder of the "
              "configuration file, or a URI that libpq takes, `postgresql://...`. Empty: nowhere. "
              "See [notes](notes.md).");
  visit.value("timeout", notes.timeout, rule::lasting(10ms, 10min),
              "For the store to do what a request asks of it, waiting included.");
  visit.value("connections", notes.connections, rule::between(1, 64),
              "Connections to PostgreSQL of each worker; with SQLite, threads that read.");
  visit.value("queue", notes.queue, rule::between(1, 1'000'000),
              "Requests that may wait for the store, with PostgreSQL for each worker; a further "
              "one is answered with 503.");
}

}  // namespace latchkey::app
