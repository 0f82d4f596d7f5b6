// Looks where notes.store says that notes are kept, and changes nothing there. Not for what is said
// of it: judge_notes.
#pragma once

#include "network_task.hpp"

#include <filesystem>

namespace latchkey::doctor {

// The file is read where it is one.
finding check_sqlite(const std::filesystem::path& file);

// `with` and `to` outlive it. Sends queries alone.
async::task<> check_postgres(common& with, slot& to);

}  // namespace latchkey::doctor
