// How many processors this process may keep busy: by its affinity and by the quota of its control
// group (cgroups(7), versions 1 and 2). Not for how many the machine has.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace latchkey::core {

// The text of a small file; nothing where it cannot be read.
using read_text = std::function<std::optional<std::string>(const std::string& path)>;

// The least quota of the control group of this process and of those around it, as processors: 0.5
// is half of one. Nothing where none is set or none can be read. Reads /proc/self/cgroup,
// /proc/self/mountinfo and the files of the controller.
std::optional<double> cpu_quota(const read_text& read);

struct processors {
  unsigned allowed = 1;         // by affinity, at least 1
  std::optional<double> quota;  // what cpu_quota gave

  // Threads that can be busy at the same time: what is allowed, or the quota rounded up if that is
  // less. At least 1.
  unsigned usable() const;
};

// Those of this process now.
processors available_processors();

}  // namespace latchkey::core
