// What the doctor's looks into the network have in common: a place for the findings of each, what
// they share, and the way to a URL. Not for what any of them looks at: issuer_checks,
// upstream_checks.
#pragma once

#include "finding.hpp"
#include "latchkey/issuer_source.hpp"
#include "probe.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/net/client_tls.hpp>

#include <boost/asio/co_spawn.hpp>

#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::doctor {

// Findings that come from several tasks, in the order in which the tasks were begun.
struct slot {
  findings own;
  std::deque<slot> parts;
};

// What all tasks share; outlives them.
struct common {
  const app::config& loaded;
  programs::network network;
  core::clock clock;
  core::deadline until;
  async::executor on;
  std::vector<std::shared_ptr<const jose::key_set>> keys;
};

// Runs it; what it throws is a fault of `subject`.
template <class Work>
void begin(common& with, slot& to, std::string subject, Work work) {
  auto caught = [&to, subject = std::move(subject)](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& refused) {
      to.own.push_back(fault("settings", subject, refused.what(), "correct " + subject));
    }
  };
  async::asio::co_spawn(with.on, std::move(work), std::move(caught));
}

struct tls_pair {
  std::shared_ptr<const net::client_tls> strict;
  std::shared_ptr<const net::client_tls> lenient;
};

// The context that a TLS connection of these settings has, and one that takes any certificate.
template <class Settings>
tls_pair tls_for(const Settings& of, common& with) {
  net::client_tls_settings settings;
  settings.trusted = with.network.authorities->of(of.ca_file);
  if constexpr (requires { of.client_certificate; }) {
    settings.certificate = of.client_certificate;
    settings.private_key = of.client_key;
  }
  auto strict = std::make_shared<const net::client_tls>(settings);
  settings.verify = false;
  return {std::move(strict), std::make_shared<const net::client_tls>(settings)};
}

// To the place of a URL, whose path is asked for.
destination destination_of(const http::url& where, const tls_pair& tls);

}  // namespace latchkey::doctor
