#include "notes.hpp"

#include <latchkey/store/open_store.hpp>

#include <stdexcept>
#include <string>

namespace latchkey::programs {
namespace {

// On any thread.
void tell(const app::log& events, const store::store_event& of) {
  const boost::json::string_view part{of.part.data(), of.part.size()};
  const boost::json::string_view state{of.state.data(), of.state.size()};
  boost::json::object fields{{"part", part}, {"state", state}};
  if (!of.detail.empty()) fields["detail"] = of.detail;
  events.event(of.state == "available" ? app::log_level::info : app::log_level::error,
               "notes_store", fields);
}

}  // namespace

std::shared_ptr<store::note_store> open_notes(const app::config& loaded, bool reloads,
                                              const verification_parts& with) {
  const store::store_parts parts{
      with.workers, with.clock,
      [events = with.events](const store::store_event& of) { tell(*events, of); }, reloads};
  try {
    return store::open_store(loaded.notes, parts);
  } catch (const std::runtime_error& refused) {
    throw std::runtime_error{std::string{"notes.store: "} + refused.what()};
  }
}

}  // namespace latchkey::programs
