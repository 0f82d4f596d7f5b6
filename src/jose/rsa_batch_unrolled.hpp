// Loops that are laid out in full, for the kernels behind rsa_batch. Each kernel is compiled with
// instructions the processor may not have, so nothing here may be shared between their files.
#pragma once

#define LATCHKEY_INLINE [[gnu::always_inline]] inline
#define LATCHKEY_INLINED __attribute__((always_inline))

namespace latchkey::jose {
namespace {

// A number known to the compiler, so that every digit of a loop can have a register of its own.
template <int Value>
struct constant {
  static constexpr int value = Value;
};

template <int From, int To, class Body>
LATCHKEY_INLINE void each(const Body& body) {
  if constexpr (From < To) {
    body(constant<From>{});
    each<From + 1, To>(body);
  }
}

}  // namespace
}  // namespace latchkey::jose
