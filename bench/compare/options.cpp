#include "compare/options.hpp"

#include <latchkey/core/shell_word.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace latchkey::bench::compare {
namespace {

constexpr std::array<std::string_view, 5> contender_names{"latchkey", "haproxy", "fastapi", "nginx",
                                                          "hello"};
constexpr std::array<std::string_view, 6> part_names{"distinct", "hot",         "handshakes",
                                                     "idle",     "connections", "workers"};

template <class Enum, std::size_t Size>
std::vector<Enum> all_of(const std::array<std::string_view, Size>&) {
  std::vector<Enum> all;
  for (std::size_t i = 0; i < Size; ++i) all.push_back(static_cast<Enum>(i));
  return all;
}

template <class Enum, std::size_t Size>
std::optional<Enum> found(const std::array<std::string_view, Size>& names, std::string_view name) {
  const auto* at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

std::vector<contender> all_contenders() {
  return all_of<contender>(contender_names);
}

std::string_view name_of(contender one) {
  return contender_names.at(static_cast<std::size_t>(one));
}

std::optional<contender> contender_named(std::string_view name) {
  return found<contender>(contender_names, name);
}

std::vector<part> all_parts() {
  return all_of<part>(part_names);
}

std::string_view name_of(part one) {
  return part_names.at(static_cast<std::size_t>(one));
}

std::optional<part> part_named(std::string_view name) {
  return found<part>(part_names, name);
}

bool was_named(const compare_options& options, contender one) {
  const auto& named = options.contenders;
  return std::find(named.begin(), named.end(), name_of(one)) != named.end();
}

std::vector<contender> wanted_contenders(const compare_options& options) {
  auto all = all_contenders();
  std::erase_if(all, [&](contender one) {
    return one != contender::latchkey && !options.contenders.empty() && !was_named(options, one);
  });
  return all;
}

bool wants(const compare_options& options, part one) {
  const auto& only = options.only;
  return only.empty() || std::find(only.begin(), only.end(), name_of(one)) != only.end();
}

std::string command_of(const compare_options& options) {
  const compare_options usual;
  std::string text = "latchkey-bench compare";
  const auto add = [&](const char* flag, const auto& value, const auto& otherwise) {
    if (value != otherwise) text += fmt::format(" {} {}", flag, value);
  };
  if (!options.contenders.empty()) text += " " + joined(options.contenders);
  if (!options.only.empty()) text += " --only " + joined(options.only);
  add("--rounds", options.rounds, usual.rounds);
  add("--seconds", options.seconds, usual.seconds);
  add("--connections", options.connections, usual.connections);
  add("--tokens", options.distinct_tokens, usual.distinct_tokens);
  add("--hot", options.hot_tokens, usual.hot_tokens);
  add("--idle-connections", options.idle_connections, usual.idle_connections);
  add("--many-connections", options.many_connections, usual.many_connections);
  for (const auto& one : options.settings) text += " --set " + core::shell_word(one);
  return text;
}

}  // namespace latchkey::bench::compare
