// The files that a configuration names, loaded once: for who says what is wrong with them, and for
// who puts them to use. Not for those that are read again by themselves (keys, secrets of headers,
// logs), beyond saying what is wrong with them.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/config_load.hpp>
#include <latchkey/client/authority_cache.hpp>
#include <latchkey/core/stop.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/client_rules.hpp>
#include <latchkey/net/tls.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::app {

// What loading needs.
struct loading {
  std::shared_ptr<net::ticket_ring> tickets;
  std::shared_ptr<client::authority_cache> trusted;
  core::stop_check stopped = {};  // asked between two files
};

struct loaded_files {
  diagnostics problems;                         // as of check_files; not all of them where stopped
  std::shared_ptr<const net::tls_context> tls;  // null where its files are at fault
  // Of the listeners, in their order; null where no certificate is asked for, or a file is at
  // fault.
  std::vector<std::shared_ptr<const net::client_rules>> clients;
};

// `file` is that of the configuration, which the problems name.
loaded_files load_files(const config& checked, const std::filesystem::path& file,
                        const loading& with);

// Which certificates clients of a listener may show; null where none is asked for. Throws as
// net::client_rules. `now` is the time that they are verified at.
std::shared_ptr<const net::client_rules> make_client_rules(
    const listener_config& listener,
    std::function<core::wall_time()> now = core::system_clock().wall);

// What makes a certificate for development in those files, as a command line: one that refuses
// where either of them is there.
std::string certificate_command(const std::filesystem::path& certificate,
                                const std::filesystem::path& private_key);

// What to do where a certificate or its key is not there. Never to replace the other one, which may
// be the only copy of a key, with a path beside it that was mistyped. Empty where both are there.
std::string missing_pair_advice(const std::filesystem::path& certificate,
                                const std::filesystem::path& private_key);

// The TLS context of the certificates that a configuration names. Throws as net::tls_context;
// of files of [server.tls] that are not there, with the command that makes them.
std::shared_ptr<const net::tls_context> make_tls_context(const server_config& server,
                                                         const loading& with);

}  // namespace latchkey::app
