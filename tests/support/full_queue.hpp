// A port that answers no SYN: its queue is as short as can be, and full. Not for serving.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <sys/socket.h>

#include <vector>

namespace latchkey::support {

class full_queue {
 public:
  full_queue() : acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}} {
    acceptor_.listen(0);
    for (int i = 0; i < 8; ++i) {
      auto& one = waiting_.emplace_back(io_);
      one.open(boost::asio::ip::tcp::v4());
      one.non_blocking(true);
      // Not the member function: that would wait.
      const auto to = endpoint();
      ::connect(one.native_handle(), to.data(), static_cast<::socklen_t>(to.size()));
    }
  }
  boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<boost::asio::ip::tcp::socket> waiting_;
};

}  // namespace latchkey::support
