// How many connections each client has open, all threads of a server together, and whether it may
// have one more. Not for requests, nor for who a client says it is.
#pragma once

#include <latchkey/core/client_network.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace latchkey::server {

using core::client_network;
client_network network_of(const boost::asio::ip::address& shown);

class client_counts {
  struct table;

 public:
  // One connection among those of its client, until it is destroyed. May outlive the counts.
  class place {
   public:
    place() = default;
    place(place&& other) noexcept = default;
    place& operator=(place&&) = delete;
    ~place();

   private:
    friend class client_counts;
    place(std::shared_ptr<table> where, client_network whose)
        : where_{std::move(where)}, whose_{whose} {}

    std::shared_ptr<table> where_;
    client_network whose_;
  };

  // At most `limit` for each client; 0: as many as it likes, and nothing is counted.
  explicit client_counts(std::size_t limit);

  // Nothing where the client has all it may have. Any thread.
  std::optional<place> enter(const boost::asio::ip::address& from);

 private:
  std::shared_ptr<table> table_;
};

}  // namespace latchkey::server
