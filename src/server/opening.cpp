#include "opening.hpp"

#include "listening.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>

namespace latchkey::server {

namespace asio = boost::asio;
using async::tcp;

namespace {

// Whether "::" of that port is for IPv6 alone: where an IPv4 address of the port is asked for, too,
// its clients are that one's.
bool has_v4_beside(const tcp::endpoint& where, const std::vector<listen_address>& all) {
  return where.port() != 0 && std::any_of(all.begin(), all.end(), [&](const listen_address& one) {
           return one.where.address().is_v4() && one.where.port() == where.port();
         });
}

[[noreturn]] void cannot_listen(const tcp::endpoint& where, const core::error_code& why) {
  const auto text = where.address().to_string() + ":" + std::to_string(where.port());
  std::string message = "cannot listen on " + text + ": " + why.message();
  if (why == asio::error::address_in_use) {
    message +=
        "; another program listens there (ss -ltnp names it): end it, or choose another port";
  } else if (why == asio::error::access_denied) {
    message += "; ports below 1024 need privileges";
  } else if (why == boost::system::errc::address_not_available) {
    message += "; it is no address of this machine (ip address shows which it has)";
  }
  throw std::runtime_error{message};
}

async::tcp_acceptor open_acceptor(async::executor on, const binding& how) {
  auto made = bound_acceptor(on, how);
  core::error_code error;
  if (made.has_error()) {
    error = made.error();
  } else {
    made->listen(accept_queue, error);
  }
  if (error) cannot_listen(how.where, error);
  return std::move(*made);
}

// Another descriptor of the same socket.
async::tcp_acceptor acceptor_of(const given_listener& given, async::executor on) {
  const int copy = ::fcntl(given.descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) cannot_listen(given.where, {errno, boost::system::system_category()});
  async::tcp_acceptor made{on};
  core::error_code error;
  made.assign(given.where.protocol(), copy, error);
  if (error) ::close(copy);
  if (!error) prepare(made, error);
  if (error) cannot_listen(given.where, error);
  return made;
}

}  // namespace

tcp::endpoint parse_endpoint(std::string_view text) {
  const auto refuse = [text] {
    throw std::invalid_argument{"\"" + std::string{text} +
                                "\" is not an address and port such as \"127.0.0.1:8443\" or "
                                "\"[::1]:8443\""};
  };
  const auto colon = text.rfind(':');
  if (colon == text.npos) refuse();
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    refuse();
  }
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) refuse();
  core::error_code error;
  const auto address = asio::ip::make_address(std::string{host}, error);
  if (error) refuse();
  return {address, port};
}

// One acceptor for each worker, or one for all of them where the socket has been given: a second
// queue cannot be had beside it, and threads that all wait for one queue are all woken for each
// connection, of which the first takes most.
std::vector<opened_acceptor> open_acceptors(const tcp::endpoint& where,
                                            const std::vector<listen_address>& all,
                                            const server_settings& settings,
                                            const std::vector<async::executor>& workers) {
  std::vector<opened_acceptor> made;
  const auto& given = settings.given;
  const auto found = std::find_if(given.begin(), given.end(), [&where](const given_listener& one) {
    return one.where == where;
  });
  if (found != given.end()) {
    const auto by = static_cast<std::size_t>(found - given.begin()) % workers.size();
    made.push_back({by, acceptor_of(*found, workers[by]), workers.size() > 1});
    return made;
  }
  binding how{.where = where, .v6_only = settings.v6_only || has_v4_beside(where, all)};
  // A socket that does not share its port finds out whether somebody else has it: those that do
  // share would quietly take a part of another server's connections each.
  if (where.port() != 0 && !settings.share_addresses) {
    auto alone = how;
    alone.shared = false;
    open_acceptor(workers.front(), alone);
  }
  for (std::size_t i = 0; i < workers.size(); ++i) {
    made.push_back({i, open_acceptor(workers[i], how), false});
    how.where = made.back().acceptor.local_endpoint();
  }
  return made;
}

}  // namespace latchkey::server
