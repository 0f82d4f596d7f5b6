#include "upstream_watch.hpp"

#include <latchkey/edge/upstream.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::edge {

namespace asio = boost::asio;

namespace {

bool speaks_tls(const upstream_settings& of) {
  return std::any_of(of.addresses.begin(), of.addresses.end(), [](const std::string& url) {
    const auto parsed = parse_place(url);
    return parsed && parsed->secure;
  });
}

std::shared_ptr<const net::client_tls> tls_of(const upstream_settings& of,
                                              client::authority_cache& trusted) {
  if (!speaks_tls(of)) return nullptr;
  net::client_tls_settings settings;
  settings.trusted = trusted.of(of.ca_file);
  settings.protocols = {"http/1.1"};
  settings.certificate = of.client_certificate;
  settings.private_key = of.client_key;
  return std::make_shared<const net::client_tls>(settings);
}

}  // namespace

upstream::upstream(upstream_settings settings, const upstream_parts& parts)
    : settings_{std::make_shared<const upstream_settings>(std::move(settings))},
      clock_{parts.clock},
      tls_{tls_of(*settings_, *parts.trusted)},
      threads_{&parts.threads},
      watch_{std::make_shared<watch>(settings_, tls_, parts)} {
  check(settings_->retry);
  const auto tell = [to = parts.tell, control = parts.control,
                     watched = std::weak_ptr{watch_}](const address_event& event) {
    if (to) to(event);
    if (event.what != "ejected") return;
    asio::post(control, [watched, address = std::string{event.address}, until = event.until] {
      if (const auto known = watched.lock()) known->note_ejection(address, until);
    });
  };
  const auto threads = parts.threads.size();
  for (std::size_t i = 0; i < threads; ++i) {
    homes_.push_back(parts.threads.at(i));
    auto one = std::make_shared<pool>(settings_, clock_, threads, i, parts.random(), tell);
    one->replace(watch_->known_places());
    pools_.push_back(std::move(one));
  }
  watch_->start(homes_, pools_);
}

upstream::~upstream() {
  watch_->stop();
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    // Once its context runs no more nobody else touches it, and nothing posted would be done.
    if (homes_[i].context().stopped()) continue;
    asio::post(homes_[i], [gone = std::move(pools_[i])] { gone->retire(); });
  }
}

std::shared_ptr<pool> upstream::here() const {
  const auto caller = async::io_pool::calling_thread();
  return caller.pool == threads_ ? pools_[caller.index] : nullptr;
}

std::vector<address_report> upstream::addresses() const {
  return watch_->addresses();
}

bool upstream::settled() const {
  return watch_->settled;
}

}  // namespace latchkey::edge
