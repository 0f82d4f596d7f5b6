#include <latchkey/app/line_target.hpp>

#include <spdlog/sinks/syslog_sink.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

namespace latchkey::app {
namespace {

constexpr const char* socket_path = "/dev/log";

// syslog(3) tells nobody when there is no log.
void require_listener() {
  ::sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path, sizeof address.sun_path - 1);
  int error = 0;
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    const int one = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (one < 0) {
      error = errno;
      continue;
    }
    const bool connected =
        ::connect(one, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0;
    error = errno;
    ::close(one);
    if (connected) return;
    if (error != EPROTOTYPE) break;
  }
  throw std::runtime_error{std::string{"cannot reach the system's log at "} + socket_path + ": " +
                           std::strerror(error)};
}

class to_syslog final : public line_target {
 public:
  to_syslog() : sink_{"latchkey", LOG_PID, LOG_DAEMON, false} {}

  outcome put(std::string_view lines) override {
    const auto all = lines.size();
    while (!lines.empty()) {
      const auto end = lines.find('\n');
      const auto line = lines.substr(1, end - 1);
      const auto level = static_cast<spdlog::level::level_enum>(lines[0] - '0');
      sink_.log({{}, {}, level, {line.data(), line.size()}});
      lines.remove_prefix(end + 1);
    }
    return {all, {}};
  }
  std::string name() const override { return "the system's log"; }
  bool takes_levels() const override { return true; }

 private:
  spdlog::sinks::syslog_sink_st sink_;
};

}  // namespace

std::unique_ptr<line_target> syslog_target() {
  require_listener();
  return std::make_unique<to_syslog>();
}

}  // namespace latchkey::app
