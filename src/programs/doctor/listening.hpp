// Who listens at an address, by what the system shows of its sockets and processes (proc(5)). Not
// for judging it: judge_machine.
#pragma once

#include <latchkey/async/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::doctor {

// A socket that listens, in the words of /proc/net/tcp and /proc/net/tcp6.
struct listening_socket {
  async::tcp::endpoint where;
  std::uint64_t inode = 0;

  bool operator==(const listening_socket&) const = default;
};

// Pure: of the text of one of the two files. Lines of another form are passed over.
std::vector<listening_socket> read_listening(std::string_view table);

// Whether a socket that listens at `one` keeps others from `other`: the same port, and the same
// address or that of all.
bool is_in_the_way(const async::tcp::endpoint& one, const async::tcp::endpoint& other);

struct process_name {
  long id = 0;
  std::string name;  // as the system calls it; of another program, so to be escaped

  bool operator==(const process_name&) const = default;
};

// The process that holds a socket in the way of `where`; nothing where this user may not see it.
std::optional<process_name> holder_of(const async::tcp::endpoint& where);

// Whether a socket can be bound there: 0, or what the system says (EADDRINUSE, EACCES). Listens at
// no moment.
int try_to_bind(const async::tcp::endpoint& where);

}  // namespace latchkey::doctor
