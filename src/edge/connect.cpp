#include <latchkey/edge/connect.hpp>
#include <latchkey/net/errc.hpp>

#include <utility>

namespace latchkey::edge {
namespace {

// Tells where a connection is for as long as this lives.
class shown {
 public:
  shown(net::transport*& where, net::transport& what) : where_{where} { where_ = &what; }
  shown(const shown&) = delete;
  shown& operator=(const shown&) = delete;
  ~shown() { where_ = nullptr; }

 private:
  net::transport*& where_;
};

}  // namespace

bool is_of_this_machine(const core::error_code& error) {
  using namespace boost::system;
  for (const auto one :
       {errc::too_many_files_open, errc::too_many_files_open_in_system, errc::address_not_available,
        errc::no_buffer_space, errc::not_enough_memory}) {
    if (error == one) return true;
  }
  return false;
}

async::task<core::result<std::unique_ptr<net::transport>>> connect(
    async::socket_waits& waits, const place& to, const net::client_tls* with, SSL_SESSION* resume,
    core::deadline until, net::transport*& under_way, std::string_view first) {
  auto made = net::transport::connect(to.where, waits);
  if (made.has_error()) co_return made.error();
  auto& over = **made;
  const shown now{under_way, over};
  over.read_until(until);
  over.write_until(until);
  if (const auto error = co_await over.connected()) co_return error;
  if (const auto error = co_await over.write(first)) co_return error;
  if (to.secure) {
    if (with == nullptr) co_return net::errc::tls_failed;
    if (const auto error = co_await over.handshake(*with, to.host, resume)) co_return error;
  }
  co_return std::move(*made);
}

}  // namespace latchkey::edge
