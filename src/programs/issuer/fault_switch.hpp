// Shows the fault that is set for one document, if any, and counts how often. Not for what is below
// HTTP: whether the listener listens and what certificate it presents is fault_listener's.
#pragma once

#include "issuer/fault.hpp"
#include "issuer/fault_answer.hpp"

#include <latchkey/async/waiters.hpp>
#include <latchkey/http/handler.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace latchkey::issuer {

using fault_counts = std::map<const fault_kind*, std::uint64_t>;

// Lives on one executor.
class fault_switch {
 public:
  // `shown` gets the counts; both must outlive the switch.
  fault_switch(const fault_material& material, fault_counts& shown)
      : material_{material}, shown_{shown} {}

  void set(fault wanted);
  // Back to normal; who is held is answered as usual, and what goes on without an end ends.
  void lift();
  const std::optional<fault>& current() const { return current_; }

  // The middleware for what is to fail.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next);

 private:
  http::response shown(const fault& which, http::response sound, const http::context& ctx,
                       std::shared_ptr<const bool> over) const;

  const fault_material& material_;
  fault_counts& shown_;
  std::optional<fault> current_;
  std::shared_ptr<bool> over_;
  async::waiters held_;
};

}  // namespace latchkey::issuer
