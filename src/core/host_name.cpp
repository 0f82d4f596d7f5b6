#include <latchkey/core/host_name.hpp>

#include <algorithm>

namespace latchkey::core {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ends_in_a_number(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  auto label = name.substr(name.rfind('.') + 1);
  if (label.starts_with("0x") || label.starts_with("0X")) {
    label.remove_prefix(2);
    return label.find_first_not_of("0123456789abcdefABCDEF") == label.npos;
  }
  return std::all_of(label.begin(), label.end(), is_digit);
}

}  // namespace

bool is_host_name(std::string_view name) {
  // The grammar of URLs allows far more; no host has it.
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return !name.empty() && name.front() != '.' && name.find("..") == name.npos &&
         std::all_of(name.begin(), name.end(), plain) && !ends_in_a_number(name);
}

}  // namespace latchkey::core
