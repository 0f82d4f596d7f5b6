// The upstream of a soak, within this program, so that the moment of each of its faults is known.
// It answers requests with the path they ask for, echoes what comes behind an upgrade, and
// fails when it is told to. It trusts its peer to frame well.
#pragma once

#include <latchkey/async/task.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace latchkey::bench::soak {

// Whether a fault of that kind ends answers or tunnels that have begun.
bool cuts(std::string_view kind);

// Lives on one executor. Its connections end with it.
class upstream {
 public:
  // Listens. Throws boost::system::system_error where it cannot.
  explicit upstream(async::executor where);
  ~upstream();
  upstream(const upstream&) = delete;
  upstream& operator=(const upstream&) = delete;

  std::uint16_t port() const { return port_; }
  // "refuse": nobody listens, and all connections are reset. Of requests that come: "silence"
  // answers nothing, "reset" resets, "garbage" is no HTTP, "cut-off" ends within the body, "error"
  // is 503. Throws std::invalid_argument for another kind.
  void fail(std::string_view kind);
  void heal();

 private:
  struct shared;
  void listen();

  async::executor where_;
  std::uint16_t port_;
  std::shared_ptr<shared> shared_;
};

}  // namespace latchkey::bench::soak
