#include "history.hpp"

#include <latchkey/core/host_name.hpp>
#include <latchkey/edge/forwarded.hpp>
#include <latchkey/http/fields.hpp>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace latchkey::edge {
namespace {

// An IPv6 address outside of brackets; anything else has at most the colon of a port.
bool is_bare_v6(std::string_view node) {
  return !node.starts_with('[') && std::count(node.begin(), node.end(), ':') > 1;
}

// As the address is written outside of this machine.
std::string_view node_of(std::string_view peer) {
  if (peer.empty()) return "unknown";
  peer = peer.substr(0, peer.find('%'));
  constexpr std::string_view mapped = "::ffff:";
  if (peer.starts_with(mapped) && peer.find('.') != peer.npos) peer.remove_prefix(mapped.size());
  return peer;
}

// The texts of one value.
class pieces {
 public:
  void add(std::string_view text) {
    if (size_ < all_.size()) all_[size_++] = text;
  }
  // Quoted where it is no token (RFC 7239 section 4). The value has no '"' and no '\\'.
  void add_value(std::string_view value) {
    const bool quoted = !http::is_token(value);
    if (quoted) add("\"");
    add(value);
    if (quoted) add("\"");
  }
  void add_node(std::string_view node) {
    if (is_bare_v6(node)) {
      add("\"[");
      add(node);
      add("]\"");
    } else {
      add_value(node);
    }
  }
  std::span<const std::string_view> all() const { return {all_.data(), size_}; }

 private:
  // Of each hop its node and what stands around it, and twice a host and a scheme.
  std::array<std::string_view, 5 * (history::most_hops + 1) + 20> all_;
  std::size_t size_ = 0;
};

std::string_view forwarded_for(const history& past, std::string_view peer, field_list& out) {
  pieces text;
  past.each([&text](std::string_view node) {
    text.add(node);
    text.add(", ");
  });
  text.add(peer);
  return out.keep(text.all());
}

std::string_view forwarded(const history& past, const seen_hop& seen, std::string_view peer,
                           field_list& out) {
  pieces text;
  const auto add_rest = [&text](std::string_view host, std::string_view proto) {
    if (!host.empty()) {
      text.add(";host=");
      text.add_value(host);
    }
    if (!proto.empty()) {
      text.add(";proto=");
      text.add(proto);
    }
  };
  std::size_t left = past.hops();
  past.each([&](std::string_view node) {
    text.add("for=");
    text.add_node(node);
    if (--left == 0) add_rest(past.host, past.proto);
    text.add(", ");
  });
  text.add("for=");
  text.add_node(peer);
  add_rest(seen.host, seen.secure ? "https" : "http");
  return out.keep(text.all());
}

bool read_port(std::string_view text) {
  unsigned port = 0;
  const auto* last = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), last, port);
  return failure == std::errc{} && rest == last && port > 0 && port < 65536 && text.front() != '0';
}

}  // namespace

bool is_host_value(std::string_view value) {
  boost::system::error_code failed;
  std::string_view port;
  if (value.starts_with('[')) {
    const auto end = value.find(']');
    if (end == value.npos) return false;
    const auto inner = value.substr(1, end - 1);
    if (inner.find('%') != inner.npos || inner.size() > 45) return false;
    boost::asio::ip::make_address_v6(inner, failed);
    if (failed) return false;
    port = value.substr(end + 1);
  } else {
    const auto host = value.substr(0, value.find(':'));
    if (!core::is_host_name(host)) {
      if (host.size() > 15) return false;
      boost::asio::ip::make_address_v4(host, failed);
      if (failed) return false;
    }
    port = value.substr(host.size());
  }
  return port.empty() || (port.size() > 1 && port.front() == ':' && read_port(port.substr(1)));
}

void add_history(const http::request_head& head, const seen_hop& seen, bool trusted,
                 history_source source, field_list& out) {
  history past;
  if (trusted && source == history_source::x_forwarded) past.read_x_forwarded(head);
  if (trusted && source == history_source::forwarded) past.read_forwarded(head);
  const auto peer = node_of(seen.peer);
  const std::string_view own_proto = seen.secure ? "https" : "http";

  out.add("x-forwarded-for", forwarded_for(past, peer, out));
  out.add("x-forwarded-proto", past.proto.empty() ? own_proto : past.proto);
  const auto host = past.host.empty() ? seen.host : past.host;
  if (!host.empty()) out.add("x-forwarded-host", host);
  if (read_port(past.port)) {
    out.add("x-forwarded-port", past.port);
  } else if (!past.proto.empty()) {
    out.add("x-forwarded-port", past.proto == "https" ? "443" : "80");
  } else if (seen.port != 0) {
    std::array<char, 8> digits;
    const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), seen.port).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    out.add("x-forwarded-port", out.keep({std::string_view{digits.data(), size}}));
  }
  out.add("forwarded", forwarded(past, seen, peer, out));
}

}  // namespace latchkey::edge
