// The products that rsa_single_adx is made of: a block of eight limbs by a row of them, with two
// chains of carries. In assembler, since no compiler here keeps two chains apart. For that file
// only.
#pragma once

#include "rsa_single_adx.hpp"

#include <stdint.h>

namespace latchkey::jose::adx {
namespace {

// Eight accumulators, r8 to r15, take turns: what is complete is stored, and its register becomes
// the topmost. `a` is in rsi, `b` in rcx, the sum in rdi; a limb of b is in rdx.
#define LATCHKEY_CLOBBERED \
  "rax", "rbx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory"

// They leave no register to find an operand in memory by but that of the frame, which is the frame
// of the checks of addresses otherwise.
#define LATCHKEY_ROWS_FUNCTION [[gnu::noinline, gnu::no_sanitize_address]]

// clang-format off
#define LATCHKEY_LOAD_SUM                                                                      \
  "mov 0(%[t]), %%r8\n\t"   "mov 8(%[t]), %%r9\n\t"   "mov 16(%[t]), %%r10\n\t"                \
  "mov 24(%[t]), %%r11\n\t" "mov 32(%[t]), %%r12\n\t" "mov 40(%[t]), %%r13\n\t"                \
  "mov 48(%[t]), %%r14\n\t" "mov 56(%[t]), %%r15\n\t"
#define LATCHKEY_STORE_SUM                                                                     \
  "mov %%r8, 0(%[t])\n\t"   "mov %%r9, 8(%[t])\n\t"   "mov %%r10, 16(%[t])\n\t"                \
  "mov %%r11, 24(%[t])\n\t" "mov %%r12, 32(%[t])\n\t" "mov %%r13, 40(%[t])\n\t"                \
  "mov %%r14, 48(%[t])\n\t" "mov %%r15, 56(%[t])\n\t"
#define LATCHKEY_CLEAR_SUM                                                                     \
  "xor %%r8d, %%r8d\n\t"   "xor %%r9d, %%r9d\n\t"   "xor %%r10d, %%r10d\n\t"                   \
  "xor %%r11d, %%r11d\n\t" "xor %%r12d, %%r12d\n\t" "xor %%r13d, %%r13d\n\t"                   \
  "xor %%r14d, %%r14d\n\t" "xor %%r15d, %%r15d\n\t"

// Takes a limb of what is multiplied with; both chains begin without a carry.
#define LATCHKEY_TAKE(from, at)                                                                \
  "mov " at "(" from "), %%rdx\n\t"                                                            \
  "xor %%eax, %%eax\n\t"
// Adds the product with one limb of a to two accumulators, each in a chain of its own.
#define LATCHKEY_STEP(at, low, high)                                                           \
  "mulx " at "(%[a]), %%rax, %%rbx\n\t"                                                        \
  "adcx %%rax, " low "\n\t"                                                                    \
  "adox %%rbx, " high "\n\t"
// The last of a row, whose upper half begins the topmost accumulator: both chains end there.
#define LATCHKEY_STEP_LAST(at, low, top)                                                       \
  "mulx " at "(%[a]), %%rax, " top "\n\t"                                                      \
  "adcx %%rax, " low "\n\t"                                                                    \
  "mov $0, %%eax\n\t"                                                                          \
  "adox %%rax, " top "\n\t"                                                                    \
  "adcx %%rax, " top "\n\t"

// The accumulators, the limb of the sum at `at`, and eight limbs of a by one of b. That is at most
// (2^512 - 1) + (2^64 - 1) + (2^64 - 1) (2^512 - 1) = 2^576 - 1, so nine limbs hold it: the lowest
// is stored.
#define LATCHKEY_ROW(at, a0, a1, a2, a3, a4, a5, a6, a7)                                       \
  LATCHKEY_TAKE("%[b]", at)                                                                    \
  "adox " at "(%[t]), " a0 "\n\t"                                                              \
  LATCHKEY_STEP("0", a0, a1)                                                                   \
  "mov " a0 ", " at "(%[t])\n\t"                                                               \
  LATCHKEY_STEP("8", a1, a2) LATCHKEY_STEP("16", a2, a3) LATCHKEY_STEP("24", a3, a4)           \
  LATCHKEY_STEP("32", a4, a5) LATCHKEY_STEP("40", a5, a6) LATCHKEY_STEP("48", a6, a7)          \
  LATCHKEY_STEP_LAST("56", a7, a0)

// Eight limbs of a by eight of b, added to the sum and to the accumulators, which become the upper
// half: (2^512 - 1)^2 + 2 (2^512 - 1) = 2^1024 - 1.
#define LATCHKEY_BLOCK                                                                         \
  LATCHKEY_ROW("0", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15")      \
  LATCHKEY_ROW("8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15", "%%r8")      \
  LATCHKEY_ROW("16", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15", "%%r8", "%%r9")     \
  LATCHKEY_ROW("24", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15", "%%r8", "%%r9", "%%r10")     \
  LATCHKEY_ROW("32", "%%r12", "%%r13", "%%r14", "%%r15", "%%r8", "%%r9", "%%r10", "%%r11")     \
  LATCHKEY_ROW("40", "%%r13", "%%r14", "%%r15", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12")     \
  LATCHKEY_ROW("48", "%%r14", "%%r15", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13")     \
  LATCHKEY_ROW("56", "%%r15", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14")

// On to the next block of a, unless that was the last.
#define LATCHKEY_NEXT_BLOCK                                                                    \
  "add $64, %[a]\n\t"                                                                          \
  "add $64, %[t]\n\t"                                                                          \
  "cmp %[end], %[a]\n\t"                                                                       \
  "jne 1b\n\t"

// t = t + a b + 2^(64 (end - a)) carry, where `a` has whole blocks, at least one, up to `end`, and
// `b` is one block. The answer is the carry out of as many limbs as both have together: 0 or 1, as
// `carry` is.
LATCHKEY_ROWS_FUNCTION uint64_t add_row(uint64_t* t, const uint64_t* a, const uint64_t* end,
                                   const uint64_t* b, uint64_t carry) {
  uint64_t out;
  asm volatile(
      LATCHKEY_CLEAR_SUM
      ".p2align 5\n"
      "1:\n\t"
      LATCHKEY_BLOCK
      LATCHKEY_NEXT_BLOCK
      "xor %%ebx, %%ebx\n\t"
      "mov %[carry], %%rax\n\t"
      "add $-1, %%rax\n\t"
      "adc 0(%[t]), %%r8\n\t"
      "adc 8(%[t]), %%r9\n\t"
      "adc 16(%[t]), %%r10\n\t"
      "adc 24(%[t]), %%r11\n\t"
      "adc 32(%[t]), %%r12\n\t"
      "adc 40(%[t]), %%r13\n\t"
      "adc 48(%[t]), %%r14\n\t"
      "adc 56(%[t]), %%r15\n\t"
      "adc $0, %%rbx\n\t"
      LATCHKEY_STORE_SUM
      "mov %%rbx, %[out]\n\t"
      : [a] "+S"(a), [t] "+D"(t), [out] "=m"(out)
      : [b] "c"(b), [end] "m"(end), [carry] "m"(carry)
      : LATCHKEY_CLOBBERED);
  return out;
}

// t = t + the products of each limb of the first block of `a` with each that follows it in that
// block and in those up to `end`. What stands past the sum's end is overwritten, not added to.
//
// Row i of the first block adds to columns 2 i + 1 to i + 8. Its sum is below 2^512 + (the first i
// + 1 limbs) x (the block) < 2^(64 (i + 9)), so that the topmost accumulator holds it.
LATCHKEY_ROWS_FUNCTION void add_products_of_pairs(uint64_t* t, const uint64_t* a, const uint64_t* end) {
#define STEP LATCHKEY_STEP
#define LAST LATCHKEY_STEP_LAST
#define TAKE(at, done) "mov " done ", " at "(%[t])\n\t" LATCHKEY_TAKE("%[a]", at)
#define R0 "%%r8"
#define R1 "%%r9"
#define R2 "%%r10"
#define R3 "%%r11"
#define R4 "%%r12"
#define R5 "%%r13"
#define R6 "%%r14"
#define R7 "%%r15"
  const uint64_t* b = a;
  asm volatile(
      LATCHKEY_LOAD_SUM
      TAKE("0", R0) STEP("8", R1, R2) STEP("16", R2, R3) STEP("24", R3, R4)
        STEP("32", R4, R5) STEP("40", R5, R6) STEP("48", R6, R7) LAST("56", R7, R0)
      TAKE("8", R1) STEP("16", R3, R4) STEP("24", R4, R5) STEP("32", R5, R6)
        STEP("40", R6, R7) STEP("48", R7, R0) LAST("56", R0, R1)
      TAKE("16", R2) STEP("24", R5, R6) STEP("32", R6, R7) STEP("40", R7, R0)
        STEP("48", R0, R1) LAST("56", R1, R2)
      TAKE("24", R3) STEP("32", R7, R0) STEP("40", R0, R1) STEP("48", R1, R2)
        LAST("56", R2, R3)
      TAKE("32", R4) STEP("40", R1, R2) STEP("48", R2, R3) LAST("56", R3, R4)
      TAKE("40", R5) STEP("48", R3, R4) LAST("56", R4, R5)
      TAKE("48", R6) LAST("56", R5, R6)
      "mov %%r15, 56(%[t])\n\t"
      "xor %%r15d, %%r15d\n\t"
      "jmp 2f\n\t"
      ".p2align 5\n"
      "1:\n\t"
      LATCHKEY_BLOCK
      "2:\n\t"
      LATCHKEY_NEXT_BLOCK
      LATCHKEY_STORE_SUM
      : [a] "+S"(a), [t] "+D"(t)
      : [b] "c"(b), [end] "m"(end)
      : LATCHKEY_CLOBBERED);
#undef TAKE
}

// q = a b modulo 2^512, of one block each.
LATCHKEY_ROWS_FUNCTION void low_product(uint64_t* q, const uint64_t* a, const uint64_t* b) {
#define TAKE(at) LATCHKEY_TAKE("%[b]", at)
#define LOW(at) "mulx " at "(%[a]), %%rax, %%rbx\n\tadcx %%rax, " R7 "\n\t"
  asm volatile(
      LATCHKEY_CLEAR_SUM
      TAKE("0") STEP("0", R0, R1) STEP("8", R1, R2) STEP("16", R2, R3) STEP("24", R3, R4)
        STEP("32", R4, R5) STEP("40", R5, R6) STEP("48", R6, R7) LOW("56")
      TAKE("8") STEP("0", R1, R2) STEP("8", R2, R3) STEP("16", R3, R4) STEP("24", R4, R5)
        STEP("32", R5, R6) STEP("40", R6, R7) LOW("48")
      TAKE("16") STEP("0", R2, R3) STEP("8", R3, R4) STEP("16", R4, R5)
        STEP("24", R5, R6) STEP("32", R6, R7) LOW("40")
      TAKE("24") STEP("0", R3, R4) STEP("8", R4, R5) STEP("16", R5, R6)
        STEP("24", R6, R7) LOW("32")
      TAKE("32") STEP("0", R4, R5) STEP("8", R5, R6) STEP("16", R6, R7) LOW("24")
      TAKE("40") STEP("0", R5, R6) STEP("8", R6, R7) LOW("16")
      TAKE("48") STEP("0", R6, R7) LOW("8")
      TAKE("56") LOW("0")
      LATCHKEY_STORE_SUM
      :
      : [a] "S"(a), [b] "c"(b), [t] "D"(q)
      : LATCHKEY_CLOBBERED);
#undef LOW
#undef TAKE
#undef STEP
#undef LAST
#undef R0
#undef R1
#undef R2
#undef R3
#undef R4
#undef R5
#undef R6
#undef R7
}

// t = 2 t + the square of each limb of `a` in its place: all of the square of `a`, where t had the
// products of its pairs. That is below 2^4096, so no carry is left.
LATCHKEY_ROWS_FUNCTION void double_and_add_squares(uint64_t* t, const uint64_t* a) {
#define TWO_LIMBS(at, low, high)                                                               \
  "mov " at "(%[a]), %%rdx\n\t"                                                                \
  "mulx %%rdx, %%rax, %%rbx\n\t"                                                               \
  "mov " low "(%[t]), %%r8\n\t"                                                                \
  "mov " high "(%[t]), %%r9\n\t"                                                               \
  "adcx %%r8, %%r8\n\t"                                                                        \
  "adox %%rax, %%r8\n\t"                                                                       \
  "adcx %%r9, %%r9\n\t"                                                                        \
  "adox %%rbx, %%r9\n\t"                                                                       \
  "mov %%r8, " low "(%[t])\n\t"                                                                \
  "mov %%r9, " high "(%[t])\n\t"
  uint64_t blocks = limbs / block_limbs;
  // Both chains go through the loop: what counts its turns has to leave the flags alone.
  asm volatile(
      "xor %%eax, %%eax\n"
      "1:\n\t"
      TWO_LIMBS("0", "0", "8") TWO_LIMBS("8", "16", "24")
      TWO_LIMBS("16", "32", "40") TWO_LIMBS("24", "48", "56")
      TWO_LIMBS("32", "64", "72") TWO_LIMBS("40", "80", "88")
      TWO_LIMBS("48", "96", "104") TWO_LIMBS("56", "112", "120")
      "lea 64(%[a]), %[a]\n\t"
      "lea 128(%[t]), %[t]\n\t"
      "lea -1(%[blocks]), %[blocks]\n\t"
      "jrcxz 2f\n\t"
      "jmp 1b\n"
      "2:\n\t"
      : [a] "+S"(a), [t] "+D"(t), [blocks] "+c"(blocks)
      :
      : LATCHKEY_CLOBBERED);
#undef TWO_LIMBS
}

// clang-format on

}  // namespace
}  // namespace latchkey::jose::adx
