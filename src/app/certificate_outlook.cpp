#include <latchkey/app/config_load.hpp>
#include <latchkey/app/loaded_files.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/net/pem_file.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace latchkey::app {
namespace {

// Nothing to say: empty.
std::string outlook(const net::validity& valid, core::wall_time now) {
  constexpr std::chrono::days soon{14};
  if (now < valid.from) return "is not valid before " + format_time(valid.from);
  if (now >= valid.until) return "has expired, on " + format_time(valid.until);
  if (valid.until - now >= soon) return {};
  const auto days = std::chrono::floor<std::chrono::days>(valid.until - now).count();
  return "expires " + (days < 2 ? "within two days" : "in " + std::to_string(days) + " days") +
         ", on " + format_time(valid.until);
}

void look_at_listener(const listener_config& one, const std::string& table,
                      const std::filesystem::path& file, core::wall_time now, diagnostics& all) {
  try {
    const auto rules = make_client_rules(one, [now] { return now; });
    if (!rules) return;
    const auto& path = one.client_crl.empty() ? one.client_ca : one.client_crl;
    const auto key = table + (one.client_crl.empty() ? ".client_ca" : ".client_crl");
    for (const auto& said : rules->warnings()) {
      all.push_back({file.string(), 0, 0, key, path.string() + ": " + said});
    }
  } catch (const std::runtime_error&) {
    // What is wrong is told elsewhere.
  }
}

}  // namespace

diagnostics foresee_files(const config& checked, const std::filesystem::path& file,
                          core::wall_time now) {
  diagnostics all;
  const auto look_at = [&](const std::string& key, const std::filesystem::path& path) {
    if (path.empty()) return;
    const auto text = net::read_pem_file(path);
    const auto valid = text ? net::validity_of(*text) : std::nullopt;
    if (!valid) return;
    if (const auto said = outlook(*valid, now); !said.empty()) {
      all.push_back({file.string(), 0, 0, key, path.string() + " " + said});
    }
  };
  look_at("server.tls.certificate", checked.server.tls.certificate);
  for (std::size_t i = 0; i < checked.server.certificates.size(); ++i) {
    look_at("server.certificate." + std::to_string(i) + ".certificate",
            checked.server.certificates[i].certificate);
  }
  for (std::size_t i = 0; i < checked.server.listeners.size(); ++i) {
    look_at_listener(checked.server.listeners[i], "server.listener." + std::to_string(i), file, now,
                     all);
  }
  for (std::size_t i = 0; i < checked.issuers.size(); ++i) {
    look_at("issuer." + std::to_string(i) + ".client_certificate",
            checked.issuers[i].client_certificate);
  }
  for (std::size_t i = 0; i < checked.upstreams.size(); ++i) {
    look_at("upstream." + std::to_string(i) + ".client_certificate",
            checked.upstreams[i].client_certificate);
  }
  return all;
}

}  // namespace latchkey::app
