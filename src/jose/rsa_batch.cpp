#include "rsa_batch_ifma_digits.hpp"
#include "rsa_batch_known.hpp"
#include "rsa_batch_numbers.hpp"
#include "rsa_batch_processor.hpp"

#include <latchkey/jose/rsa_batch.hpp>

#include <algorithm>
#include <array>
#include <cstring>

#ifdef LATCHKEY_KERNELS
#include <cpuid.h>
#endif

namespace latchkey::jose {

#ifdef LATCHKEY_KERNELS
namespace {

constexpr auto block_bytes = std::tuple_size_v<decltype(rsa_batch_key::numbers::modulus_bytes)>;
constexpr std::size_t digest_bytes = 32;

// Signatures that can be right: as long as the modulus and below it (RFC 8017 section 5.2.2).
bool in_range(const rsa_batch_item& item) {
  const auto modulus = item.key->modulus();
  return item.digest.size() == digest_bytes && item.signature.size() == modulus.size() &&
         std::memcmp(item.signature.data(), modulus.data(), modulus.size()) < 0;
}

// The lanes of a pass, for each kernel: what they are asked, and the answers as bits. Whoever puts
// an item in has seen that it is in_range.

class ifma_lanes {
 public:
  static constexpr std::size_t count = ifma::lanes;

  void put(std::size_t lane, const rsa_batch_item& item) {
    const digit_source<block_bytes> signature{item.signature.data()};
    const digit_source<digest_bytes> digest{item.digest.data()};
    for (std::size_t i = 0; i < ifma::digits; ++i) asked_.signature[i][lane] = signature[i];
    for (std::size_t i = 0; i < ifma::digest_digits; ++i) asked_.digest[i][lane] = digest[i];
    asked_.keys[lane] = &item.key->prepared().ifma;
  }

  void repeat_first(std::size_t lane) {
    for (auto& digit : asked_.signature) digit[lane] = digit[0];
    for (auto& digit : asked_.digest) digit[lane] = digit[0];
    asked_.keys[lane] = asked_.keys[0];
  }

  unsigned answers() const { return ifma::powers_match(asked_); }

 private:
  ifma::question asked_;
};

class fma_lanes {
 public:
  static constexpr std::size_t count = fma::lanes;

  void put(std::size_t lane, const rsa_batch_item& item) {
    asked_.signature[lane] = item.signature.data();
    asked_.digest[lane] = item.digest.data();
    asked_.keys[lane] = &item.key->prepared().fma;
  }

  void repeat_first(std::size_t lane) {
    asked_.signature[lane] = asked_.signature[0];
    asked_.digest[lane] = asked_.digest[0];
    asked_.keys[lane] = asked_.keys[0];
  }

  unsigned answers() const { return fma::powers_match(asked_); }

 private:
  fma::question asked_;
};

// Items on their way through a kernel, one in each lane.
template <class Lanes>
class pass {
 public:
  void take(rsa_batch_item& item) {
    lanes_.put(count_, item);
    items_[count_] = &item;
    if (++count_ == Lanes::count) run();
  }

  void run() {
    if (count_ == 0) return;
    for (auto lane = count_; lane < Lanes::count; ++lane) lanes_.repeat_first(lane);
    const auto answers = lanes_.answers();
    for (std::size_t lane = 0; lane < count_; ++lane) {
      items_[lane]->valid = (answers >> lane & 1U) != 0;
    }
    count_ = 0;
  }

 private:
  Lanes lanes_;
  std::array<rsa_batch_item*, Lanes::count> items_;
  std::size_t count_ = 0;
};

template <class Lanes>
void verify_in_passes(std::span<rsa_batch_item> items) {
  pass<Lanes> through;
  for (auto& item : items) {
    item.valid = false;
    if (in_range(item)) through.take(item);
  }
  through.run();
}

constexpr rsa_batch_kernel ifma_kernel{
    .name = "AVX-512 IFMA",
    .id = "avx512_ifma",
    .lanes = ifma_lanes::count,
    .min_batch = 2,
    .min_beside_ifma = 6,
    .min_beside_adx = 2,
    .verify = verify_in_passes<ifma_lanes>,
};
constexpr rsa_batch_kernel fma_kernel{
    .name = "AVX2 and FMA",
    .id = "avx2_fma",
    .lanes = fma_lanes::count,
    .min_batch = 2,
    .min_beside_ifma = fma_lanes::count + 1,
    .min_beside_adx = 3,
    .verify = verify_in_passes<fma_lanes>,
};

// A signature that is right, in every lane, with wrong ones in the others, by one key and by two;
// and those that no lane is asked about.
bool knows_answers(const rsa_batch_kernel& kernel) {
  const auto one = rsa_batch_key::prepare(known::modulus, 65537);
  const auto other = rsa_batch_key::prepare(known::modulus, 65537);
  if (!one || !other) return false;
  auto bad_signature = known::signature;
  bad_signature.back() ^= 1;
  auto bad_digest = known::digest;
  bad_digest.front() ^= 0x80;
  constexpr std::array<unsigned char, block_bytes> zero{};
  for (const auto* second : {one.get(), other.get()}) {
    const std::array wrong{rsa_batch_item{one.get(), bad_signature, known::digest},
                           rsa_batch_item{second, known::signature, bad_digest},
                           rsa_batch_item{one.get(), zero, known::digest},
                           rsa_batch_item{second, bad_signature, bad_digest}};
    for (std::size_t good = 0; good < kernel.lanes; ++good) {
      std::array<rsa_batch_item, max_rsa_batch_lanes + 3> items{
          rsa_batch_item{second, known::modulus, known::digest},
          rsa_batch_item{second, known::digest, known::digest},
          rsa_batch_item{one.get(), {}, known::digest}};
      const auto lanes = std::span{items}.last(kernel.lanes);
      for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = wrong[i % wrong.size()];
      lanes[good] = rsa_batch_item{second, known::signature, known::digest};
      for (auto& item : items) {
        if (item.key == nullptr) item = items.front();
        item.valid = true;
      }
      kernel.verify(items);
      for (const auto& item : items) {
        if (item.valid != (&item == &lanes[good])) return false;
      }
    }
  }
  return true;
}

bool is_narrow_here() {
  unsigned highest = 0;
  unsigned version = 0;
  unsigned words[3] = {};
  char vendor[sizeof words];
  if (__get_cpuid(0, &highest, &words[0], &words[2], &words[1]) == 0) return true;
  std::memcpy(vendor, words, sizeof vendor);
  if (__get_cpuid(1, &version, &words[0], &words[1], &words[2]) == 0) return true;
  return has_narrow_avx2({vendor, sizeof vendor}, version);
}

}  // namespace

// The builtin also asks whether the system keeps the registers.
const rsa_batch_kernel* find_rsa_batch_kernel(rsa_batch_kind kind) {
  if (kind == rsa_batch_kind::ifma) {
    static const bool available =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512ifma") && knows_answers(ifma_kernel);
    return available ? &ifma_kernel : nullptr;
  }
  static const bool available =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && knows_answers(fma_kernel);
  return available ? &fma_kernel : nullptr;
}

const rsa_batch_kernel* best_rsa_batch_kernel(avx512_use wide) {
  if (wide == avx512_use::allowed) {
    if (const auto* const ifma = find_rsa_batch_kernel(rsa_batch_kind::ifma)) return ifma;
  }
  static const bool narrow = is_narrow_here();
  return narrow ? nullptr : find_rsa_batch_kernel(rsa_batch_kind::fma);
}

#else

const rsa_batch_kernel* find_rsa_batch_kernel(rsa_batch_kind) {
  return nullptr;
}

const rsa_batch_kernel* best_rsa_batch_kernel(avx512_use) {
  return nullptr;
}

#endif

}  // namespace latchkey::jose
