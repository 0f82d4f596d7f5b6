// The listening sockets that a service manager has opened for this process (sd_listen_fds(3)), and
// which of the configured addresses they are. Not for the environment: service_manager.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/server/server.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::programs {

class given_sockets {
 public:
  given_sockets() = default;
  // Takes the descriptors from `first` on, one for each name. Throws std::runtime_error that says
  // which of them is no TCP socket that listens.
  explicit given_sockets(const std::vector<std::string>& names, int first);
  ~given_sockets();
  given_sockets(const given_sockets&) = delete;
  given_sockets& operator=(const given_sockets&) = delete;

  // What to listen at for these values of `key`, addresses and "systemd:NAME"; all sockets of that
  // name. Throws std::runtime_error that says why where there is none, or one of them twice.
  std::vector<async::tcp::endpoint> addresses_of(const std::vector<std::string>& listen,
                                                 std::string_view key) const;

  // The same for clients: the addresses of server.listen with the terms 0, then those of each
  // [[server.listener]] with terms of its own. Throws also where one stands in two of these.
  std::vector<server::listen_address> addresses_of(const app::server_config& settings) const;

  // Throws std::runtime_error where nobody would take the connections of a socket: where it is
  // among neither.
  void require_use(const std::vector<async::tcp::endpoint>& front,
                   const std::vector<async::tcp::endpoint>& admin) const;

  // Valid until close().
  std::vector<server::given_listener> listeners() const;
  void close();

 private:
  struct given {
    std::string name;
    async::tcp::endpoint where;
    int descriptor;
  };

  std::string list() const;

  std::vector<given> all_;
};

}  // namespace latchkey::programs
