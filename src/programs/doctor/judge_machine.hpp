// What the machine has to give to the server: ports, files, descriptors, a sandbox. Pure. Not for
// looking at it.
#pragma once

#include "finding.hpp"
#include "listening.hpp"

#include <latchkey/app/config.hpp>

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

namespace latchkey::doctor {

struct seen_port {
  std::string subject;  // "server.listen"
  std::string address;  // as configured
  int error = 0;        // what binding there gave, 0: nothing
  std::optional<process_name> holder;
};
finding judge_port(const seen_port& seen);

// A file that others should not read, of that mode (stat(2)). Nothing where all is well.
std::optional<finding> judge_secret_file(const std::string& subject, const std::string& file,
                                         ::mode_t mode);

// `room`: how many clients the limit of open files leaves room for, of `wanted`; nothing where the
// server would not start.
finding judge_descriptors(std::size_t limit, std::optional<std::size_t> room, std::size_t wanted);

// `landlock`: the version of the system's interface, 0 for none.
finding judge_sandbox(app::sandbox_mode mode, int landlock, bool seccomp);

// Whether others than this machine can ask the admin listener.
finding judge_admin(const std::string& listen);

}  // namespace latchkey::doctor
