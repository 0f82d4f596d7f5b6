#include <latchkey/trace/request_trace.hpp>

#include <random>

namespace latchkey::trace {
namespace {

std::mt19937_64 seeded() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(),
                     device(), device(), device(), device()};
  return std::mt19937_64{seed};
}

// Neither id may be all zeros.
std::uint64_t some_bits(const random_source& random) {
  const auto bits = random();
  return bits != 0 ? bits : 1;
}

}  // namespace

std::uint64_t random_bits() {
  thread_local std::mt19937_64 engine = seeded();
  return engine();
}

span_context request_trace::child() const {
  return {here.trace, {some_bits(*random)}, here.flags};
}

request_trace begin_trace(const std::optional<span_context>& parent, bool trusted,
                          const ratio_sampler& sampler, const random_source& random) {
  request_trace made;
  made.on = true;
  made.random = &random;
  made.here.span = {some_bits(random)};
  bool sampled = false;
  if (parent) {
    made.parent = parent->span;
    made.here.trace = parent->trace;
    made.here.flags = parent->flags;
    sampled = trusted ? parent->is_sampled() : sampler.samples(random());
  } else {
    made.here.trace = {random(), some_bits(random)};
    made.here.flags = random_flag;
    sampled = sampler.samples(made.here.trace.low);
  }
  const unsigned others = made.here.flags & random_flag;
  made.here.flags = static_cast<std::uint8_t>(others | (sampled ? sampled_flag : 0U));
  return made;
}

}  // namespace latchkey::trace
