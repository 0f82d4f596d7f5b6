#include "key_set_fault.hpp"

#include <latchkey/app/loaded_files.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/core/shell_word.hpp>
#include <latchkey/store/sqlite_file.hpp>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

// What is wrong with a file that must be there and readable; empty if nothing is.
std::string fault_of(const std::filesystem::path& path) {
  const auto opened = core::open_file::open(path);
  return opened ? "" : ' ' + core::fault_of_file(opened.error());
}

bool is_missing(const std::filesystem::path& path) {
  std::error_code unknown;
  return !std::filesystem::exists(path, unknown) && !unknown;
}

bool is_denied(const std::filesystem::path& path) {
  return ::access(path.c_str(), R_OK) != 0 && errno == EACCES;
}

// Of a certificate that is not there, or that this user may not read; empty where it is well.
std::string advice_for(const tls_config& tls) {
  if (is_denied(tls.certificate) || is_denied(tls.private_key)) {
    return "; let the user of the server read it (chown, chmod), or have systemd hand it over "
           "(LoadCredential=)";
  }
  const auto advice = missing_pair_advice(tls.certificate, tls.private_key);
  return advice.empty() ? advice : "; " + advice;
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

// Beside it its journals are made.
std::string fault_of_database(const std::filesystem::path& path) {
  const auto real = store::without_links(path);
  if (!real.fault.empty()) return ' ' + real.fault;
  if (auto fault = fault_of_log_file(real.path); !fault.empty()) return fault;
  const auto folder = real.path.parent_path();
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? ""
                                                    : ": its folder takes no file of this user";
}

std::string fault_of_keys(const issuer_config& issuer, const core::stop_check& stopped) {
  const auto& bounds = issuer.cache.keys.limits;
  const auto text = core::read_file(issuer.jwks_file, bounds.bytes);
  if (!text && text.error() == core::file_errc::too_large) {
    return " is larger than cache.max_bytes of the issuer, " + std::to_string(bounds.bytes);
  }
  if (!text) return ' ' + core::fault_of_file(text.error());
  const auto fault = key_set_fault(*text, bounds, stopped);
  return fault.empty() ? fault : " is no usable key set: " + fault;
}

// What a client of an issuer's provider, or of an upstream, would load.
template <class Settings>
void load_client_files(const Settings& from, const loading& with) {
  client::https_client_settings settings;
  settings.ca_file = from.ca_file;
  settings.trusted = with.trusted;
  // The system's authorities are none of the configuration's files.
  settings.http_only = true;
  settings.client_certificate = from.client_certificate;
  settings.client_key = from.client_key;
  const client::https_client tried{std::move(settings)};
}

class loader {
 public:
  loader(const config& checked, const std::filesystem::path& file, const loading& with)
      : checked_{checked}, file_{file.string()}, with_{with} {}

  loaded_files load() {
    load_server_files();
    for (std::size_t i = 0; i < checked_.issuers.size() && !is_stopped(); ++i) {
      load_issuer_files(checked_.issuers[i], "issuer." + std::to_string(i));
    }
    for (std::size_t i = 0; i < checked_.upstreams.size() && !is_stopped(); ++i) {
      load_upstream_files(checked_.upstreams[i], "upstream." + std::to_string(i));
    }
    load_trace_files();
    const auto& log = checked_.log.file.path;
    if (!log.empty()) add("log.file.path", log, fault_of_log_file(log));
    if (const auto notes = store::sqlite_path(checked_.notes.store)) {
      add("notes.store", *notes, fault_of_database(*notes));
    }
    if (is_stopped()) made_.problems.push_back({file_, 0, 0, "", core::given_up{}.what()});
    return std::move(made_);
  }

 private:
  bool is_stopped() const { return core::is_stopped(with_.stopped); }

  void add(const std::string& key, const std::filesystem::path& path, const std::string& fault) {
    if (!fault.empty()) made_.problems.push_back({file_, 0, 0, key, path.string() + fault});
  }

  void check(const std::string& key, const std::filesystem::path& path) {
    if (!path.empty()) add(key, path, fault_of(path));
  }

  // Where there is no certificate yet, everybody who begins needs one.
  void check_ours(const std::string& key, const std::filesystem::path& path) {
    const auto fault = fault_of(path);
    const auto& tls = checked_.server.tls;
    // Of two that are missing it is told with the first.
    const bool first = path == tls.certificate || !is_missing(tls.certificate);
    add(key, path, !fault.empty() && first ? fault + advice_for(tls) : fault);
  }

  // Where a file is not there, that is all there is to say.
  void try_to(const std::string& key, std::size_t before, const auto& load) {
    if (made_.problems.size() != before) return;
    try {
      load();
    } catch (const std::runtime_error& refused) {
      made_.problems.push_back({file_, 0, 0, key, refused.what()});
    }
  }

  void load_server_files() {
    const auto& server = checked_.server;
    check_ours("server.tls.certificate", server.tls.certificate);
    check_ours("server.tls.private_key", server.tls.private_key);
    for (std::size_t i = 0; i < server.certificates.size(); ++i) {
      const auto table = "server.certificate." + std::to_string(i);
      check(table + ".certificate", server.certificates[i].certificate);
      check(table + ".private_key", server.certificates[i].private_key);
    }
    try_to("server.tls", 0, [&] { made_.tls = make_tls_context(server, with_); });
    for (std::size_t i = 0; i < server.listeners.size() && !is_stopped(); ++i) {
      load_listener_files(server.listeners[i], "server.listener." + std::to_string(i));
    }
  }

  void load_listener_files(const listener_config& listener, const std::string& table) {
    made_.clients.push_back(nullptr);
    const auto before = made_.problems.size();
    check(table + ".client_ca", listener.client_ca);
    check(table + ".client_crl", listener.client_crl);
    try_to(table, before, [&] { made_.clients.back() = make_client_rules(listener); });
  }

  void load_issuer_files(const issuer_config& issuer, const std::string& table) {
    if (!issuer.jwks_file.empty()) {
      add(table + ".jwks_file", issuer.jwks_file, fault_of_keys(issuer, with_.stopped));
    }
    const auto before = made_.problems.size();
    check_client_files(issuer, table);
    for (std::size_t j = 0; j < issuer.headers.size(); ++j) {
      check(table + ".header." + std::to_string(j) + ".value_file", issuer.headers[j].value_file);
    }
    try_client_files(issuer, table, before);
  }

  void load_upstream_files(const edge::upstream_settings& upstream, const std::string& table) {
    const auto before = made_.problems.size();
    check_client_files(upstream, table);
    try_client_files(upstream, table, before);
  }

  void load_trace_files() {
    const auto& trace = checked_.trace;
    const auto before = made_.problems.size();
    check("trace.ca_file", trace.ca_file);
    for (std::size_t i = 0; i < trace.headers.size(); ++i) {
      check("trace.header." + std::to_string(i) + ".value_file", trace.headers[i].value_file);
    }
    if (trace.ca_file.empty()) return;
    try_to("trace", before, [&] {
      client::https_client_settings settings;
      settings.ca_file = trace.ca_file;
      settings.trusted = with_.trusted;
      settings.http_only = true;
      const client::https_client tried{std::move(settings)};
    });
  }

  void check_client_files(const auto& of, const std::string& table) {
    check(table + ".ca_file", of.ca_file);
    check(table + ".client_certificate", of.client_certificate);
    check(table + ".client_key", of.client_key);
  }

  void try_client_files(const auto& of, const std::string& table, std::size_t before) {
    if (of.ca_file.empty() && of.client_certificate.empty()) return;
    try_to(table, before, [&] { load_client_files(of, with_); });
  }

  const config& checked_;
  std::string file_;
  const loading& with_;
  loaded_files made_;
};

}  // namespace

loaded_files load_files(const config& checked, const std::filesystem::path& file,
                        const loading& with) {
  return loader{checked, file, with}.load();
}

diagnostics check_files(const config& checked, const std::filesystem::path& file) {
  return load_files(checked, file,
                    {net::make_ticket_ring(), std::make_shared<client::authority_cache>()})
      .problems;
}

std::shared_ptr<const net::client_rules> make_client_rules(const listener_config& listener,
                                                           std::function<core::wall_time()> now) {
  if (listener.client_auth == net::client_auth::off) return nullptr;
  return std::make_shared<const net::client_rules>(
      net::client_rules_settings{listener.client_auth, listener.client_ca, listener.client_crl},
      std::move(now));
}

std::string certificate_command(const std::filesystem::path& certificate,
                                const std::filesystem::path& private_key) {
  return "latchkey init --dev-certificate --certificate " + core::shell_word(certificate.string()) +
         " --private-key " + core::shell_word(private_key.string());
}

std::string missing_pair_advice(const std::filesystem::path& certificate,
                                const std::filesystem::path& private_key) {
  const bool no_certificate = is_missing(certificate);
  const bool no_key = is_missing(private_key);
  if (no_certificate && no_key) {
    return "for development, make one: " + certificate_command(certificate, private_key);
  }
  if (!no_certificate && !no_key) return {};
  return (no_key ? certificate : private_key).string() +
         " is there: correct the path, or move that one away before both are made anew (latchkey "
         "init --dev-certificate)";
}

std::shared_ptr<const net::tls_context> make_tls_context(const server_config& server,
                                                         const loading& with) {
  std::vector<net::named_certificate> named;
  for (const auto& one : server.certificates) {
    named.push_back({{one.certificate, one.private_key}, one.names});
  }
  try {
    return std::make_shared<const net::tls_context>(
        net::tls_files{server.tls.certificate, server.tls.private_key}, named, with.tickets,
        with.stopped);
  } catch (const std::runtime_error& refused) {
    const auto advice = advice_for(server.tls);
    if (advice.empty()) throw;
    throw std::runtime_error{refused.what() + advice};
  }
}

}  // namespace latchkey::app
