// What is set of an upstream and of a route that leads to it, as plain values with their defaults:
// the configuration embeds them. Not for what is decided by them.
#pragma once

#include <latchkey/edge/address_health.hpp>
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/edge/pool_policy.hpp>
#include <latchkey/edge/retry_policy.hpp>
#include <latchkey/http1/head_scanner.hpp>
#include <latchkey/net/proxy_header.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace latchkey::edge {

struct upstream_timeouts {
  // For each connection, TLS included.
  std::chrono::milliseconds connect{2'000};
  // From the end of the request to the head of its answer.
  std::chrono::milliseconds answer{60'000};
  // In which at least a byte of a body has to be sent or to come.
  std::chrono::milliseconds idle{60'000};
  // The same of a tunnel, in any direction.
  std::chrono::milliseconds tunnel{3'600'000};

  bool operator==(const upstream_timeouts&) const = default;
};

struct upstream_settings {
  std::string name;
  // "http://host:port" or "https://host:port", without a path.
  std::vector<std::string> addresses;
  // What a certificate has to be for, and SNI names; empty: the host of the address.
  std::string server_name;
  // PEM; empty: the authorities of this machine.
  std::filesystem::path ca_file;
  // PEM, both or neither.
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  // The claim whose value requests are spread by, a name or a path; empty: the fewer requests
  // outstanding of two addresses.
  std::string balance_by;
  // The header by which each connection begins; with one, none is used for a second request.
  net::proxy_version send_proxy = net::proxy_version::none;
  // Asked by GET to see whether an address can be used: 2xx and 3xx are good. Empty: none is asked.
  std::string health_path;
  std::chrono::milliseconds health_timeout{2'000};
  health_settings health;
  retry_settings retry;
  circuit_limits circuit;
  pool_settings pool;
  // Idle connections kept, all threads and addresses together.
  std::size_t max_idle = 1024;
  // Names are looked up anew this often where no name server says for how long an answer holds.
  std::chrono::milliseconds resolve{30'000};
  upstream_timeouts timeouts;
  http1::head_limits head{8 * 1024, 64 * 1024, 256};

  bool operator==(const upstream_settings&) const = default;
};

// What the forwarding of one route needs beside its upstream.
struct forward_settings {
  header_settings headers;
  path_rewrite rewrite;
  // What is answered, up or down, ends with the token that asked for it.
  bool end_with_token = true;
  // In the place of the upstream's; 0: what that says.
  std::chrono::milliseconds answer_timeout{0};
  std::chrono::milliseconds idle_timeout{0};

  bool operator==(const forward_settings&) const = default;
};

}  // namespace latchkey::edge
