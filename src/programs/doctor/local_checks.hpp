// What can be looked at without the network: files, ports, limits, the system. Not for what is said
// of it: judge_machine, judge_certificate.
#pragma once

#include "finding.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/core/time.hpp>

#include <filesystem>

namespace latchkey::doctor {

// `loaded` is the configuration of `file`. Opens files for reading and binds sockets for a moment;
// changes nothing.
findings check_machine(const app::config& loaded, const std::filesystem::path& file,
                       core::wall_time now);

}  // namespace latchkey::doctor
