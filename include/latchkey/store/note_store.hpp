// Where notes are kept, whatever keeps them: what a handler asks for and what it may rely on. Not
// for HTTP: app/handlers/stored_notes.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/store/counts.hpp>
#include <latchkey/store/entity_tag.hpp>
#include <latchkey/store/note.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::store {

// What a change makes of a note.
struct note_change {
  note_content content;
  core::wall_time now;
  std::uint64_t revision = 0;  // that it has from now on, by chance
};

// Called on the threads of an io_pool, each call on the executor of whoever waits for it, and no
// later than until its deadline: errc::timed_out then. Errors are those of errc. A change that has
// been given without an error is on the disk of whoever keeps it. A call sees and changes the notes
// of that owner alone. No call keeps a thread waiting, whatever the database does.
class note_store {
 public:
  virtual ~note_store() = default;

  // At most `limit` notes, behind that of the id `after`, which need not be there; "": from the
  // first.
  virtual async::task<core::result<note_page>> list(owner whose, std::string after,
                                                    std::size_t limit, core::deadline until) = 0;
  virtual async::task<core::result<note>> find(owner whose, std::string id,
                                               core::deadline until) = 0;
  // `made.id` is a new one.
  virtual async::task<core::error_code> add(owner whose, note made, core::deadline until) = 0;
  // The note as it is from now on; errc::changed where the condition does not hold.
  virtual async::task<core::result<note>> replace(owner whose, std::string id, note_change to,
                                                  condition when, core::deadline until) = 0;
  virtual async::task<core::error_code> remove(owner whose, std::string id, condition when,
                                               core::deadline until) = 0;

  // On any thread.
  virtual gauges now() const = 0;
};

// Something that happened to a store as a whole. The texts have no password in them.
struct store_event {
  std::string_view part;   // "reads", "writes", "connections"; static storage
  std::string_view state;  // "available", "unavailable", "full"; static storage
  std::string detail;      // for people
};

// Called on any thread, for each change of state or reason; of a state once in ten seconds.
using tell_event = std::function<void(const store_event&)>;

}  // namespace latchkey::store
