// Which calls of the system this process may make from now on: a filter (seccomp(2)) of those that
// the server needs. Not for files: landlock.
#pragma once

#include <latchkey/core/result.hpp>

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

namespace latchkey::programs {

// The program that the system runs for each call; `self` may send signals to itself. What is not
// allowed is answered with an error: EPERM for what starts programs, makes processes, looks into
// others or changes the system, ENOSYS for what is not known, so that the C library takes the older
// way. Empty for a processor that it has not been written for.
std::vector<::sock_filter> seccomp_filter(::pid_t self);

// Whether the system has such filters, and there is one for this processor. Changes nothing.
bool has_seccomp();

// Filters the calls of every thread of this process, and of what it may become, for good. Sets
// no_new_privs. An error where the system has no filters, or does not allow them.
core::error_code restrict_system_calls();

}  // namespace latchkey::programs
