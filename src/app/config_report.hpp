// The list of what is wrong with a configuration while it is being read, and where each key was
// found. Not for deciding what is wrong.
#pragma once

#include <latchkey/app/config_load.hpp>

#include <toml++/toml.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::app {

class report {
 public:
  // `stopped`: whether nobody waits for the list any more.
  explicit report(std::string file, core::stop_check stopped = {})
      : file_{std::move(file)}, stopped_{std::move(stopped)} {}

  // At a position of the file or of an override.
  void add(const toml::source_region& at, std::string_view key, std::string message);
  // At the place where `key` was found, or the nearest table around it; dropped if something is
  // wrong with that very key already.
  void add_found(std::string_view key, std::string message);
  // Of something that is in no document.
  void add_source(std::string source, std::string_view key, std::string message);

  void found(std::string_view key, const toml::source_region& at) {
    positions_.insert_or_assign(std::string{key}, at);
  }
  bool blames(std::string_view key) const;
  bool empty() const { return problems_.empty(); }
  const core::stop_check& stopped() const { return stopped_; }
  // In the order of the file, then of the overrides.
  diagnostics take();

 private:
  std::string file_;
  core::stop_check stopped_;
  std::map<std::string, toml::source_region, std::less<>> positions_;
  diagnostics problems_;
};

}  // namespace latchkey::app
