#include "client_counts.hpp"

namespace latchkey::server {

namespace ip = boost::asio::ip;

client_network network_of(const ip::address& shown) {
  const auto v6 = shown.is_v6() ? shown.to_v6() : ip::make_address_v6(ip::v4_mapped, shown.to_v4());
  return core::network_of(v6.to_bytes());
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
