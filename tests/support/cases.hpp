// The name of a case in a table of tests, in the names of the tests and wherever GoogleTest shows
// the case. Not for tables whose cases have no `name`.
#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

namespace latchkey::support {

// For INSTANTIATE_TEST_SUITE_P: every case is a struct with a member `name` of letters, digits and
// underscores.
inline constexpr auto case_name = [](const auto& one) { return std::string{one.param.name}; };

template <class T>
concept named_case = std::is_class_v<T> && requires(const T& one) {
  { one.name } -> std::convertible_to<std::string_view>;
};

}  // namespace latchkey::support

// GoogleTest would show the bytes of such a struct. A PrintTo for all of them would not be found:
// they are in the unnamed namespaces of their files.
template <latchkey::support::named_case Case>
class testing::internal::UniversalPrinter<Case> {
 public:
  static void Print(const Case& one, std::ostream* out) { *out << std::string_view{one.name}; }
};
