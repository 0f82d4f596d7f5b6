// The options of `latchkey-bench verify`, and their validation. Not for parsing a command line:
// that is cli.
#pragma once

#include <latchkey/jose/rsa_kernels.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench {

// The parts of the report.
enum class section { stages, steps, threads, keys };

// What a second is: of the thread's own CPU time, or of the clock on the wall.
enum class time_kind { cpu, wall };

// By which kernel signatures are checked together: the best there is, none, or a certain one.
enum class batch_choice { automatic, off, ifma, fma };

// The same of single signatures.
enum class single_choice { automatic, off, ifma, adx };

struct verify_options {
  unsigned keys = 4;
  unsigned tokens = 4000;  // distinct, taken in turn
  unsigned hot = 16;       // of them, for the cache
  unsigned rounds = 7;
  double seconds = 0.3;  // of each case in each round
  unsigned threads = 1;  // the most
  time_kind time = time_kind::cpu;
  batch_choice batch = batch_choice::automatic;
  single_choice single = single_choice::automatic;
  bool json = false;
  std::vector<section> only;  // empty: all

  bool wants(section part) const;
};

// "stages" and so on; nothing for any other text.
std::optional<section> section_named(std::string_view name);
std::string_view name_of(section part);
std::string_view name_of(time_kind time);

// "auto", "off", "ifma", "fma"; nothing for any other text.
std::optional<batch_choice> batch_choice_named(std::string_view name);
std::string_view name_of(batch_choice choice);
// Null where it is none, or not on this processor.
const jose::rsa_batch_kernel* kernel_of(batch_choice choice);
// "auto", "off", "ifma", "adx"; nothing for any other text.
std::optional<single_choice> single_choice_named(std::string_view name);
std::string_view name_of(single_choice choice);
// Null where it is none, or not on this processor.
const jose::rsa_single_kernel* kernel_of(single_choice choice);
jose::rsa_kernels kernels_of(const verify_options& options);

// What is wrong with them and what to do about it; nothing where they can be used. A kernel that is
// asked for by name has to be on this processor.
std::optional<std::string> problem_of(const verify_options& options);

}  // namespace latchkey::bench
