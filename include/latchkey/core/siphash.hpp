// SipHash (Aumasson and Bernstein, 2012): a keyed hash whose collisions nobody can find without the
// key, for tables that are filled from outside. Not for signatures or for keeping secrets.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace latchkey::core {

// The 128 bits of the key as two little-endian words, chosen at random once for each table.
using siphash_key = std::array<std::uint64_t, 2>;

// One round for each eight bytes and three at the end: what hash tables use. To run into more
// collisions than chance makes, one has to see hashes or know the key.
std::uint64_t siphash_1_3(const siphash_key& key, std::string_view bytes);

// For texts of some hundred bytes, two halves beside each other, in little more than half the time:
// siphash_1_3 by `first` of the first half, in whole words, and behind it, as eight little-endian
// bytes, siphash_1_3 by `second` of the rest. As hard to find collisions of, while the keys have
// nothing to do with each other.
std::uint64_t siphash_1_3_halves(const siphash_key& first, const siphash_key& second,
                                 std::string_view bytes);

// Two and four: the function of the paper, which stands for the other one in front of its vectors.
std::uint64_t siphash_2_4(const siphash_key& key, std::string_view bytes);

}  // namespace latchkey::core
