#include "upstreams.hpp"

#include "file_digest.hpp"
#include "random_word.hpp"

#include <latchkey/core/stop.hpp>
#include <latchkey/net/dns_ttl.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::programs {
namespace {

using app::log_level;

// On any thread.
void tell(const app::log& events, const edge::address_event& of) {
  const boost::json::string_view upstream{of.upstream.data(), of.upstream.size()};
  const boost::json::string_view address{of.address.data(), of.address.size()};
  const boost::json::string_view what{of.what.data(), of.what.size()};
  boost::json::object fields{{"upstream", upstream}, {"address", address}, {"state", what}};
  if (of.error) fields["error"] = of.error.message();
  const bool good = of.what == "healthy" || of.what == "resolved";
  events.event(good ? log_level::info : log_level::warn, "upstream", fields);
}

// Names that are never answered keep no others from being looked up.
net::resolver names_for(const edge::upstream_settings& one) {
  return net::resolver{net::lookup_with_ttl,
                       std::max(net::resolver::usual_lookups, one.addresses.size())};
}

edge::upstream_parts parts_of(const verification_parts& with, const edge::upstream_settings& one) {
  return {.threads = with.workers,
          .control = with.control.at(0),
          .clock = with.clock,
          .trusted = with.authorities,
          .names = names_for(one),
          .random = random_word,
          .tell = [events = with.events](const edge::address_event& of) { tell(*events, of); }};
}

}  // namespace

upstreams make_upstreams(const app::config& loaded, const upstreams* before,
                         const verification_parts& with) {
  upstreams all;
  for (const auto& one : loaded.upstreams) {
    if (core::is_stopped(with.stopped)) throw core::given_up{};
    auto files = digest_of_files({one.ca_file, one.client_certificate, one.client_key});
    const auto is_same = [&](const known_upstream& other) {
      return other.files == files && other.of->settings() == one;
    };
    if (before != nullptr) {
      const auto same = std::find_if(before->begin(), before->end(), is_same);
      if (same != before->end()) {
        all.push_back(*same);
        continue;
      }
    }
    all.push_back(
        {std::move(files), std::make_shared<const edge::upstream>(one, parts_of(with, one))});
  }
  return all;
}

std::shared_ptr<const edge::upstream> find_upstream(const upstreams& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&name](const known_upstream& one) {
    return one.of->settings().name == name;
  });
  return found == all.end() ? nullptr : found->of;
}

app::upstream_figures figures_of(const edge::upstream& one) {
  app::upstream_figures sum;
  sum.name = one.settings().name;
  for (const auto& part : one.pools()) sum.add(part->counts());
  return sum;
}

std::vector<app::upstream_figures> figures_of(const upstreams& all) {
  std::vector<app::upstream_figures> figures;
  for (const auto& one : all) figures.push_back(figures_of(*one.of));
  return figures;
}

std::vector<app::upstream_status> status_of(const upstreams& all) {
  auto figures = figures_of(all);
  std::vector<app::upstream_status> made;
  for (std::size_t i = 0; i < all.size(); ++i) {
    made.push_back({std::move(figures[i]), all[i].of->addresses()});
  }
  return made;
}

}  // namespace latchkey::programs
