#include "given_sockets.hpp"

#include "notify_socket.hpp"

#include <latchkey/app/listen_name.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

namespace latchkey::programs {
namespace {

std::string text_of(const async::tcp::endpoint& where) {
  const auto address = where.address().to_string();
  return (where.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(where.port());
}

// Of a descriptor that is no socket, -1.
int option(int descriptor, int name) {
  int value = 0;
  ::socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// What keeps it from being listened at; empty if nothing does.
std::string fault_of(int descriptor) {
  if (::fcntl(descriptor, F_GETFD) < 0) return "is not open";
  const int family = option(descriptor, SO_DOMAIN);
  if (family < 0) return "is no socket";
  if (family != AF_INET && family != AF_INET6) {
    return "is a socket of another family than IPv4 and IPv6";
  }
  if (option(descriptor, SO_TYPE) != SOCK_STREAM) return "is not a socket of TCP";
  if (option(descriptor, SO_ACCEPTCONN) != 1) {
    return "does not listen: it is a connection, as with Accept=yes, or was never told to";
  }
  return {};
}

async::tcp::endpoint address_of(int descriptor) {
  async::tcp::endpoint where;
  auto size = static_cast<::socklen_t>(where.capacity());
  if (::getsockname(descriptor, where.data(), &size) != 0) {
    throw std::runtime_error{std::string{"the address of a socket that was given: "} +
                             std::strerror(errno)};
  }
  where.resize(size);
  return where;
}

}  // namespace

given_sockets::given_sockets(const std::vector<std::string>& names, int first) {
  int descriptor = first;
  for (const auto& name : names) {
    if (const auto fault = fault_of(descriptor); !fault.empty()) {
      throw std::runtime_error{"the service manager has given descriptor " +
                               std::to_string(descriptor) + ", named \"" + one_line(name, 255) +
                               "\", which " + fault};
    }
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    all_.push_back({name, address_of(descriptor), descriptor});
    ++descriptor;
  }
}

given_sockets::~given_sockets() {
  close();
}

std::string given_sockets::list() const {
  if (all_.empty()) return "none";
  std::string text;
  for (const auto& one : all_) {
    text +=
        (text.empty() ? "\"" : ", \"") + one_line(one.name, 255) + "\" at " + text_of(one.where);
  }
  return text;
}

std::vector<async::tcp::endpoint> given_sockets::addresses_of(
    const std::vector<std::string>& listen, std::string_view key) const {
  std::vector<async::tcp::endpoint> found;
  for (const auto& text : listen) {
    const auto name = app::listen_name(text);
    if (!name) {
      found.push_back(server::parse_endpoint(text));
      continue;
    }
    const auto before = found.size();
    for (const auto& one : all_) {
      if (one.name == *name) found.push_back(one.where);
    }
    if (found.size() == before) {
      throw std::runtime_error{std::string{key} +
                               ": the service manager has given no socket named \"" +
                               std::string{*name} + "\"; it has given: " + list()};
    }
  }
  for (auto at = found.begin(); at != found.end(); ++at) {
    if (at->port() == 0 || std::find(found.begin(), at, *at) == at) continue;
    throw std::runtime_error{std::string{key} + " has " + text_of(*at) +
                             " twice: by its address, and by the name of a socket"};
  }
  return found;
}

std::vector<server::listen_address> given_sockets::addresses_of(
    const app::server_config& settings) const {
  std::vector<server::listen_address> all;
  std::vector<std::string> keys;  // by terms
  const auto add = [&](const std::vector<std::string>& listen, const std::string& key) {
    for (const auto& where : addresses_of(listen, key)) {
      const auto same = std::find_if(all.begin(), all.end(), [&where](const auto& one) {
        return one.where.port() != 0 && one.where == where;
      });
      // By its address and by the name of a socket, say.
      if (same != all.end()) {
        throw std::runtime_error{text_of(where) + " is both in " + keys[same->terms] + " and in " +
                                 key};
      }
      all.push_back({where, keys.size()});
    }
    keys.push_back(key);
  };
  add(settings.listen, "server.listen");
  for (std::size_t i = 0; i < settings.listeners.size(); ++i) {
    add(settings.listeners[i].listen, "server.listener." + std::to_string(i) + ".listen");
  }
  return all;
}

void given_sockets::require_use(const std::vector<async::tcp::endpoint>& front,
                                const std::vector<async::tcp::endpoint>& admin) const {
  const auto has = [](const std::vector<async::tcp::endpoint>& all,
                      const async::tcp::endpoint& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (const auto& one : all_) {
    const bool in_front = has(front, one.where);
    const bool in_admin = has(admin, one.where);
    if (in_front != in_admin) continue;
    const auto named = "the socket \"" + one_line(one.name, 255) + "\" at " + text_of(one.where);
    if (in_front) {
      throw std::runtime_error{named +
                               " is both in server.listen, or a [[server.listener]], and "
                               "in admin.listen"};
    }
    throw std::runtime_error{
        "the service manager has given " + named +
        ", which is none of server.listen, [[server.listener]] and admin.listen, so nobody would "
        "answer there; name "
        "its address or \"systemd:" +
        one_line(one.name, 255) + "\", or take it out of the socket unit"};
  }
}

std::vector<server::given_listener> given_sockets::listeners() const {
  std::vector<server::given_listener> made;
  for (const auto& one : all_) made.push_back({one.where, one.descriptor});
  return made;
}

void given_sockets::close() {
  for (const auto& one : all_) ::close(one.descriptor);
  all_.clear();
}

}  // namespace latchkey::programs
