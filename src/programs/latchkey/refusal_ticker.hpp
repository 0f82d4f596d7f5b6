// Once a second, one line in the log for the refusals that had none of their own. Not for deciding
// which those are: app/refusal_sampler.
#pragma once

#include <latchkey/app/log.hpp>
#include <latchkey/app/refusal_sampler.hpp>
#include <latchkey/async/task.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <vector>

namespace latchkey::programs {

class refusal_ticker {
 public:
  refusal_ticker(async::executor home, std::shared_ptr<const app::refusal_sampler> of,
                 std::shared_ptr<const app::log> to);

  // On `home`, or before it runs.
  void start();
  void stop();
  // What there is to tell, at once. As stop(), or once `home` has ended.
  void tell();

 private:
  std::shared_ptr<const app::refusal_sampler> of_;
  std::shared_ptr<const app::log> to_;
  boost::asio::steady_timer timer_;
  std::vector<app::unlogged_refusals> told_;
};

}  // namespace latchkey::programs
