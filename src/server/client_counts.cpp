#include "client_counts.hpp"

#include <latchkey/net/address.hpp>

namespace latchkey::server {

namespace ip = boost::asio::ip;

client_network network_of(const ip::address& shown) {
  const auto from = net::unmapped(shown);
  if (from.is_v4()) return {false, from.to_v4().to_uint()};
  std::uint64_t bits = 0;
  const auto bytes = from.to_v6().to_bytes();
  for (std::size_t i = 0; i < sizeof bits; ++i) bits = bits << 8U | bytes[i];
  return {true, bits};
}

struct client_counts::table {
  std::size_t limit;
  std::mutex mutex;
  // Ordered: clients choose their addresses, and could make a hash table slow.
  std::map<client_network, std::size_t> open;
};

client_counts::client_counts(std::size_t limit) {
  if (limit == 0) return;
  table_ = std::make_shared<table>();
  table_->limit = limit;
}

std::optional<client_counts::place> client_counts::enter(const ip::address& from) {
  if (!table_) return place{};
  const auto whose = network_of(from);
  const std::lock_guard lock{table_->mutex};
  auto& open = table_->open[whose];
  if (open == table_->limit) return std::nullopt;
  ++open;
  return place{table_, whose};
}

client_counts::place::~place() {
  if (!where_) return;
  const std::lock_guard lock{where_->mutex};
  const auto found = where_->open.find(whose_);
  if (--found->second == 0) where_->open.erase(found);
}

}  // namespace latchkey::server
