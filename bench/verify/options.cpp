#include "verify/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace latchkey::bench {
namespace {

// By what options call them.
template <class Value, std::size_t Size>
using value_names = std::array<std::pair<Value, std::string_view>, Size>;

constexpr value_names<section, 4> sections{{
    {section::stages, "stages"},
    {section::steps, "steps"},
    {section::threads, "threads"},
    {section::keys, "keys"},
}};

constexpr value_names<batch_choice, 4> batch_choices{{
    {batch_choice::automatic, "auto"},
    {batch_choice::off, "off"},
    {batch_choice::ifma, "ifma"},
    {batch_choice::fma, "fma"},
}};

constexpr value_names<single_choice, 4> single_choices{{
    {single_choice::automatic, "auto"},
    {single_choice::off, "off"},
    {single_choice::ifma, "ifma"},
    {single_choice::adx, "adx"},
}};

template <class Value, std::size_t Size>
std::optional<Value> value_named(const value_names<Value, Size>& all, std::string_view name) {
  for (const auto& [value, known] : all) {
    if (known == name) return value;
  }
  return std::nullopt;
}

template <class Value, std::size_t Size>
std::string_view name_in(const value_names<Value, Size>& all, Value value) {
  for (const auto& [known, name] : all) {
    if (known == value) return name;
  }
  return "unknown";
}

struct bound {
  std::string_view option;
  unsigned given;
  unsigned min;
  unsigned max;
};

std::optional<std::string> problem_of(const bound& one) {
  if (one.given >= one.min && one.given <= one.max) return std::nullopt;
  return fmt::format("{} {} cannot be: take a whole number from {} to {}", one.option, one.given,
                     one.min, one.max);
}

}  // namespace

bool verify_options::wants(section part) const {
  return only.empty() || std::find(only.begin(), only.end(), part) != only.end();
}

std::optional<section> section_named(std::string_view name) {
  return value_named(sections, name);
}

std::string_view name_of(section part) {
  return name_in(sections, part);
}

std::string_view name_of(time_kind time) {
  return time == time_kind::cpu ? "cpu" : "wall";
}

std::optional<batch_choice> batch_choice_named(std::string_view name) {
  return value_named(batch_choices, name);
}

std::string_view name_of(batch_choice choice) {
  return name_in(batch_choices, choice);
}

const jose::rsa_batch_kernel* kernel_of(batch_choice choice) {
  switch (choice) {
    case batch_choice::automatic:
      return jose::best_rsa_batch_kernel();
    case batch_choice::ifma:
      return jose::find_rsa_batch_kernel(jose::rsa_batch_kind::ifma);
    case batch_choice::fma:
      return jose::find_rsa_batch_kernel(jose::rsa_batch_kind::fma);
    case batch_choice::off:
      break;
  }
  return nullptr;
}

std::optional<single_choice> single_choice_named(std::string_view name) {
  return value_named(single_choices, name);
}

std::string_view name_of(single_choice choice) {
  return name_in(single_choices, choice);
}

const jose::rsa_single_kernel* kernel_of(single_choice choice) {
  switch (choice) {
    case single_choice::automatic:
      return jose::best_rsa_single_kernel();
    case single_choice::ifma:
      return jose::find_rsa_single_kernel(jose::rsa_single_kind::ifma);
    case single_choice::adx:
      return jose::find_rsa_single_kernel(jose::rsa_single_kind::adx);
    case single_choice::off:
      break;
  }
  return nullptr;
}

jose::rsa_kernels kernels_of(const verify_options& options) {
  return {kernel_of(options.batch), kernel_of(options.single)};
}

std::optional<std::string> problem_of(const verify_options& options) {
  const std::array bounds{
      bound{"--keys", options.keys, 1, 64},         bound{"--tokens", options.tokens, 8, 1'000'000},
      bound{"--hot", options.hot, 1, 1'000'000},    bound{"--rounds", options.rounds, 1, 1000},
      bound{"--threads", options.threads, 1, 1024},
  };
  for (const auto& one : bounds) {
    if (auto problem = problem_of(one)) return problem;
  }
  if (!(options.seconds >= 0.001 && options.seconds <= 60)) {
    return fmt::format("--seconds {} cannot be: take a number from 0.001 to 60", options.seconds);
  }
  const bool by_name = options.batch == batch_choice::ifma || options.batch == batch_choice::fma;
  if (by_name && kernel_of(options.batch) == nullptr) {
    return fmt::format("--batch {} cannot be: this processor has no such kernel; take auto",
                       name_of(options.batch));
  }
  const bool single_by_name =
      options.single == single_choice::ifma || options.single == single_choice::adx;
  if (single_by_name && kernel_of(options.single) == nullptr) {
    return fmt::format("--single {} cannot be: this processor has no such kernel; take auto",
                       name_of(options.single));
  }
  if (options.keys > options.tokens) {
    return fmt::format("--keys {} is more than --tokens {}: a key would sign nothing", options.keys,
                       options.tokens);
  }
  if (options.hot > options.tokens) {
    return fmt::format(
        "--hot {0} is more than --tokens {1}: take --hot {1} or fewer, or more tokens", options.hot,
        options.tokens);
  }
  return std::nullopt;
}

}  // namespace latchkey::bench
