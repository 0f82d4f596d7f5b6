#include <latchkey/trace/sampler.hpp>

#include <stdexcept>

namespace latchkey::trace {

ratio_sampler::ratio_sampler(double ratio) {
  if (!(ratio >= 0 && ratio <= 1)) throw std::invalid_argument{"no ratio from 0 to 1"};
  constexpr auto all = static_cast<double>(mask + 1);
  threshold_ = static_cast<std::uint64_t>((1 - ratio) * all);
}

}  // namespace latchkey::trace
