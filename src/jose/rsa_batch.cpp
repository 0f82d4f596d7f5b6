#include "bignum.hpp"
#include "error_mark.hpp"
#include "pkcs1_block.hpp"
#include "rsa_batch_known.hpp"
#include "rsa_batch_numbers.hpp"

#include <latchkey/jose/rsa_batch.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace latchkey::jose {
namespace {

constexpr auto block_bytes = std::tuple_size_v<decltype(rsa_batch_key::numbers::modulus_bytes)>;
constexpr std::size_t digest_bytes = 32;

constexpr std::uint64_t digit_mask = (std::uint64_t{1} << ifma::digit_bits) - 1;

// A number of Bytes bytes, big-endian, to take digits from.
template <std::size_t Bytes>
class digit_source {
 public:
  explicit digit_source(const unsigned char* number) {
    std::memcpy(bytes_.data() + sizeof(std::uint64_t), number, Bytes);
  }

  // The digit that begins at bit 52 * index, which is one of the number's.
  std::uint64_t operator[](std::size_t index) const {
    const auto bit = index * ifma::digit_bits;
    std::uint64_t window = 0;
    std::memcpy(&window, bytes_.data() + Bytes - bit / 8, sizeof window);
    return (__builtin_bswap64(window) >> bit % 8) & digit_mask;
  }

 private:
  // Zeros before the number, so that a window may begin there.
  std::array<unsigned char, sizeof(std::uint64_t) + Bytes> bytes_{};
};

void write(std::uint64_t* out, const BIGNUM* number) {
  constexpr std::size_t room = ifma::digits * ifma::digit_bits / 8;
  std::array<unsigned char, room> bytes;
  require_memory(BN_bn2binpad(number, bytes.data(), room) == room);
  const digit_source<room> digits{bytes.data()};
  for (std::size_t i = 0; i < ifma::digits; ++i) out[i] = digits[i];
}

// Whether the first of two numbers of a quarter is not below the second; their difference.
bool subtract(std::uint64_t* out, const std::uint64_t* a, const std::uint64_t* b) {
  std::int64_t carry = 0;
  for (int i = 0; i < ifma::quarter; ++i) {
    const auto column = static_cast<std::int64_t>(a[i]) - static_cast<std::int64_t>(b[i]) + carry;
    out[i] = static_cast<std::uint64_t>(column) & digit_mask;
    carry = column >> ifma::digit_bits;
  }
  return carry == 0;
}

// -1 / n modulo 2^52: each step doubles the bits that are right.
std::uint64_t negative_inverse(std::uint64_t n) {
  std::uint64_t inverse = n;
  for (int i = 0; i < 5; ++i) inverse *= 2 - n * inverse;
  return (0 - inverse) & digit_mask;
}

// What the numbers of one key are computed from.
struct preparation {
  const BIGNUM* n;
  BN_CTX* context;
  bignum inverse;  // of R = 2^1040, modulo n
};

// 2^(52 * fold_at) modulo n, in a form whose quarters stand as the kernel needs them: a few
// multiples of n are tried. Null if none does.
bignum write_fold(ifma::key_digits& out, const preparation& with) {
  using at = ifma::key_digits;
  auto fold = new_bignum();
  const auto bit = new_bignum();
  require_memory(BN_set_bit(bit.get(), ifma::fold_at * ifma::digit_bits) == 1 &&
                 BN_nnmod(fold.get(), bit.get(), with.n, with.context) == 1);
  constexpr int max_tries = 64;
  for (int tries = 0; tries < max_tries; ++tries) {
    auto* const digits = out.at + at::fold;
    auto* const apart = out.at + at::fold_apart;
    write(digits, fold.get());
    if (subtract(apart, digits, digits + ifma::quarter) &&
        subtract(apart + ifma::quarter, digits + ifma::half, digits + ifma::half + ifma::quarter)) {
      return fold;
    }
    require_memory(BN_add(fold.get(), fold.get(), with.n) == 1);
  }
  return nullptr;
}

// What the bias of the folded digits comes to, to be taken off again.
void write_balance(ifma::key_digits& out, const bignum& fold, const preparation& with) {
  const auto balance = new_bignum();
  auto* const sum = balance.get();
  require_memory(BN_mod_mul(sum, fold.get(), with.inverse.get(), with.n, with.context) == 1 &&
                 BN_mul_word(sum, ifma::fold_bias) == 1);
  BN_set_negative(sum, 1);
  require_memory(BN_nnmod(sum, sum, with.n, with.context) == 1 && BN_add(sum, sum, with.n) == 1);
  write(out.at + ifma::key_digits::balance, sum);
}

// g = -R^-65535, and g times the expected block without its digest.
void write_block_factors(ifma::key_digits& out, const preparation& with) {
  using at = ifma::key_digits;
  const auto power = new_bignum();
  const auto factor = new_bignum();
  auto* const g = factor.get();
  require_memory(BN_set_word(power.get(), 65535) == 1 &&
                 BN_mod_exp(g, with.inverse.get(), power.get(), with.n, with.context) == 1);
  BN_set_negative(g, 1);
  require_memory(BN_nnmod(g, g, with.n, with.context) == 1);
  write(out.at + at::digest_factor, g);

  std::array<unsigned char, block_bytes> block;
  write_pkcs1_block(block, digest_kind::sha256, std::array<unsigned char, digest_bytes>{});
  const auto rest = new_bignum();
  require_memory(BN_bin2bn(block.data(), static_cast<int>(block.size()), rest.get()) != nullptr &&
                 BN_mod_mul(rest.get(), rest.get(), g, with.n, with.context) == 1);
  write(out.at + at::block_rest, rest.get());
}

// False if the key is of no use to the kernel.
bool fill(ifma::key_digits& out, const BIGNUM* n) {
  using at = ifma::key_digits;
  const bignum_context context{BN_CTX_new()};
  require_memory(context != nullptr);
  write(out.at + at::modulus, n);
  out.at[at::inverse] = negative_inverse(out.at[at::modulus]);

  // A number without an inverse shares a factor with 2^1040, so it is even.
  const auto r = new_bignum();
  preparation with{n, context.get(), new_bignum()};
  require_memory(BN_set_bit(r.get(), ifma::half * ifma::digit_bits) == 1);
  if (BN_mod_inverse(with.inverse.get(), r.get(), n, context.get()) == nullptr) return false;

  const auto fold = write_fold(out, with);
  if (!fold) return false;
  write_balance(out, fold, with);
  write_block_factors(out, with);
  return true;
}

}  // namespace

rsa_batch_key::rsa_batch_key(std::unique_ptr<numbers> made) : numbers_{std::move(made)} {}
rsa_batch_key::~rsa_batch_key() = default;

std::unique_ptr<const rsa_batch_key> rsa_batch_key::prepare(std::span<const unsigned char> modulus,
                                                            std::uint64_t exponent) {
  if (exponent != 65537 || modulus.size() != block_bytes || (modulus.front() & 0x80) == 0 ||
      modulus.back() % 2 == 0) {
    return nullptr;
  }
  const error_mark mark;
  auto made = std::make_unique<numbers>();
  std::copy(modulus.begin(), modulus.end(), made->modulus_bytes.begin());
  const auto n = new_bignum();
  require_memory(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), n.get()) != nullptr);
  if (!fill(*made, n.get())) return nullptr;
  return std::unique_ptr<const rsa_batch_key>{new rsa_batch_key{std::move(made)}};
}

#ifdef LATCHKEY_IFMA
namespace {

// Signatures that can be right: as long as the modulus and below it (RFC 8017 section 5.2.2).
bool in_range(const rsa_batch_item& item) {
  const auto& modulus = item.key->prepared().modulus_bytes;
  return item.digest.size() == digest_bytes && item.signature.size() == modulus.size() &&
         std::memcmp(item.signature.data(), modulus.data(), modulus.size()) < 0;
}

// Items on their way through the kernel, one in each lane.
class pass {
 public:
  void take(rsa_batch_item& item) {
    const digit_source<block_bytes> signature{item.signature.data()};
    const digit_source<digest_bytes> digest{item.digest.data()};
    for (std::size_t i = 0; i < ifma::digits; ++i) asked_.signature[i][count_] = signature[i];
    for (std::size_t i = 0; i < ifma::digest_digits; ++i) asked_.digest[i][count_] = digest[i];
    asked_.keys[count_] = &item.key->prepared();
    items_[count_] = &item;
    if (++count_ == rsa_batch_lanes) run();
  }

  void run() {
    if (count_ == 0) return;
    // The lanes left over repeat the first.
    for (auto lane = count_; lane < rsa_batch_lanes; ++lane) {
      for (auto& digit : asked_.signature) digit[lane] = digit[0];
      for (auto& digit : asked_.digest) digit[lane] = digit[0];
      asked_.keys[lane] = asked_.keys[0];
    }
    const auto answers = ifma::powers_match(asked_);
    for (std::size_t lane = 0; lane < count_; ++lane) {
      items_[lane]->valid = (answers >> lane & 1U) != 0;
    }
    count_ = 0;
  }

 private:
  ifma::question asked_;
  std::array<rsa_batch_item*, rsa_batch_lanes> items_;
  std::size_t count_ = 0;
};

// A signature that is right, in every lane, with wrong ones beside it, by one key and by two.
bool knows_answers() {
  const auto one = rsa_batch_key::prepare(known::modulus, 65537);
  const auto other = rsa_batch_key::prepare(known::modulus, 65537);
  if (!one || !other) return false;
  auto bad_signature = known::signature;
  bad_signature.back() ^= 1;
  auto bad_digest = known::digest;
  bad_digest.front() ^= 0x80;
  constexpr std::array<unsigned char, block_bytes> zero{};
  for (const auto* second : {one.get(), other.get()}) {
    for (std::size_t good = 0; good < rsa_batch_lanes; ++good) {
      std::array<rsa_batch_item, rsa_batch_lanes> items{
          rsa_batch_item{one.get(), bad_signature, known::digest},
          rsa_batch_item{second, known::signature, bad_digest},
          rsa_batch_item{one.get(), zero, known::digest},
          rsa_batch_item{second, known::modulus, known::digest},
          rsa_batch_item{one.get(), bad_signature, bad_digest},
          rsa_batch_item{second, known::digest, known::digest},
          rsa_batch_item{one.get(), {}, known::digest},
          rsa_batch_item{second, bad_signature, known::digest}};
      items[good] = rsa_batch_item{second, known::signature, known::digest};
      rsa_batch_verify(items);
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].valid != (i == good)) return false;
      }
    }
  }
  return true;
}

}  // namespace

bool rsa_batch_available() {
  static const bool available = __builtin_cpu_supports("avx512f") &&
                                __builtin_cpu_supports("avx512dq") &&
                                __builtin_cpu_supports("avx512ifma") && knows_answers();
  return available;
}

void rsa_batch_verify(std::span<rsa_batch_item> items) {
  pass through;
  for (auto& item : items) {
    item.valid = false;
    if (in_range(item)) through.take(item);
  }
  through.run();
}

#else

bool rsa_batch_available() {
  return false;
}

void rsa_batch_verify(std::span<rsa_batch_item> items) {
  for (auto& item : items) item.valid = false;
}

#endif

}  // namespace latchkey::jose
