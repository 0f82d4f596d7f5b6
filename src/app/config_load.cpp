#include "certificate_check.hpp"
#include "config_check.hpp"
#include "config_override.hpp"
#include "config_read.hpp"
#include "key_set_fault.hpp"

#include <latchkey/app/config_load.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <unistd.h>

namespace latchkey::app {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;

// A byte more than `most` of a file that is larger.
std::optional<std::string> read_bounded(const std::filesystem::path& path, std::size_t most) {
  std::ifstream file{path, std::ios::binary};
  std::string text(most + 1, '\0');
  // A folder opens, but cannot be read.
  if (!file || (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && file.bad())) {
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

diagnostics one_problem(const config_source& source, std::string message) {
  diagnostic problem;
  problem.source = source.file.string();
  problem.message = std::move(message);
  return {std::move(problem)};
}

std::string all_lines(const diagnostics& problems) {
  std::string text;
  for (const auto& one : problems) text += (text.empty() ? "" : "\n") + to_string(one);
  return text;
}

// The first line with more dots than any real one has, 0 if there is none. The parser recurses by
// the part of a dotted key, so that an endless one would use up the stack.
unsigned deeply_dotted_line(std::string_view text) {
  constexpr std::ptrdiff_t most = 200;
  unsigned number = 0;
  while (!text.empty()) {
    ++number;
    const auto line = text.substr(0, text.find('\n'));
    if (!line.starts_with('#') && std::count(line.begin(), line.end(), '.') > most) return number;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return 0;
}

}  // namespace

std::string to_string(const diagnostic& problem) {
  auto text = problem.source;
  if (problem.line > 0) {
    text += ':' + std::to_string(problem.line) + ':' + std::to_string(problem.column);
  }
  if (!problem.key.empty()) text += ": " + problem.key;
  return text + ": " + problem.message;
}

void throw_exception_from_error(const diagnostics& problems, const boost::source_location&) {
  throw std::invalid_argument{all_lines(problems)};
}

load_result parse_config(std::string_view text, const config_source& source) {
  report problems{source.file.string()};
  if (const auto line = deeply_dotted_line(text); line != 0) {
    return diagnostics{
        {source.file.string(), line, 1, "",
         "a line with more than 200 dots; expected keys as print-config shows them"}};
  }
  toml::table table;
  try {
    table = toml::parse(text, source.file.string());
  } catch (const toml::parse_error& refused) {
    problems.add(refused.source(), "", "not TOML: " + std::string{refused.description()});
    return problems.take();
  }
  const auto folder = std::filesystem::absolute(source.file).parent_path();
  apply_overrides(table, source, problems);
  auto value = read_table(table, folder, problems);
  check_together(value, problems);
  if (!problems.empty()) return problems.take();
  return value;
}

load_result load_config(const config_source& source) {
  const auto text = read_bounded(source.file, largest_file);
  if (!text) return one_problem(source, "cannot be read; expected a configuration file in TOML");
  if (text->size() > largest_file) {
    return one_problem(source, "is larger than 1 MiB; expected a configuration file in TOML");
  }
  return parse_config(*text, source);
}

namespace {

// What is wrong with a file that must be there and readable; empty if nothing is.
std::string fault_of(const std::filesystem::path& path) {
  std::error_code failure;
  const auto found = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(found)) return " does not exist";
  if (!std::filesystem::is_regular_file(found)) return " is not a file";
  if (!std::ifstream{path}) return " cannot be read by this user";
  return {};
}

// What serve would append to, or make.
std::string fault_of_log_file(const std::filesystem::path& path) {
  std::error_code failure;
  const auto found = std::filesystem::status(path, failure);
  if (std::filesystem::is_directory(found)) return " is a folder";
  if (std::filesystem::exists(found)) {
    return ::access(path.c_str(), W_OK) == 0 ? "" : " cannot be written by this user";
  }
  const auto folder = path.parent_path();
  if (!std::filesystem::is_directory(folder, failure)) return ": its folder does not exist";
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? ""
                                                    : ": its folder takes no file of this user";
}

std::string fault_of_keys(const issuer_config& issuer) {
  if (auto fault = fault_of(issuer.jwks_file); !fault.empty()) return fault;
  const jose::key_set_limits bounds{issuer.cache.max_bytes, issuer.cache.max_keys};
  const auto text = read_bounded(issuer.jwks_file, bounds.bytes);
  if (!text) return " cannot be read by this user";
  const auto fault = key_set_fault(*text, bounds);
  return fault.empty() ? fault : " is no usable key set: " + fault;
}

}  // namespace

diagnostics check_files(const config& checked, const std::filesystem::path& file) {
  diagnostics problems;
  const auto add = [&](const std::string& key, const std::filesystem::path& path,
                       const std::string& fault) {
    if (!fault.empty()) problems.push_back({file.string(), 0, 0, key, path.string() + fault});
  };
  const auto check = [&](const std::string& key, const std::filesystem::path& path) {
    if (!path.empty()) add(key, path, fault_of(path));
  };
  check("server.tls.certificate", checked.server.tls.certificate);
  check("server.tls.private_key", checked.server.tls.private_key);
  for (std::size_t i = 0; i < checked.server.certificates.size(); ++i) {
    const auto table = "server.certificate." + std::to_string(i);
    check(table + ".certificate", checked.server.certificates[i].certificate);
    check(table + ".private_key", checked.server.certificates[i].private_key);
  }
  // Loaded as serve does, where they are there.
  const auto load = [&](const std::string& key, const std::size_t before, const auto& as_serve) {
    if (problems.size() != before) return;
    if (auto fault = fault_of_loading(as_serve); !fault.empty()) {
      problems.push_back({file.string(), 0, 0, key, std::move(fault)});
    }
  };
  load("server.tls", 0, [&] { load_server_certificates(checked.server); });
  for (std::size_t i = 0; i < checked.issuers.size(); ++i) {
    const auto& issuer = checked.issuers[i];
    const auto table = "issuer." + std::to_string(i);
    if (!issuer.jwks_file.empty()) {
      add(table + ".jwks_file", issuer.jwks_file, fault_of_keys(issuer));
    }
    const auto before = problems.size();
    check(table + ".ca_file", issuer.ca_file);
    check(table + ".client_certificate", issuer.client_certificate);
    check(table + ".client_key", issuer.client_key);
    for (std::size_t j = 0; j < issuer.headers.size(); ++j) {
      check(table + ".header." + std::to_string(j) + ".value_file", issuer.headers[j].value_file);
    }
    if (!issuer.ca_file.empty() || !issuer.client_certificate.empty()) {
      load(table, before, [&] { load_client_certificates(issuer); });
    }
  }
  if (!checked.log.file.path.empty()) {
    add("log.file.path", checked.log.file.path, fault_of_log_file(checked.log.file.path));
  }
  return problems;
}

}  // namespace latchkey::app
