// Middleware: answers only who asked for this machine by an address, by "localhost" or by a name it
// is known under; 421 for any other (RFC 9110 section 15.5.20). A page in a browser can have a name
// of its own lead to an address of ours, and would then read what it is answered as its own (DNS
// rebinding): it cannot choose what Host says. Not for servers that many names lead to.
#pragma once

#include <latchkey/http/handler.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::middleware {

struct known_host {
  std::vector<std::string> names;  // beside "localhost", without a port

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

// Whether the value of a Host field is an IP address, "localhost" or one of `names`, in any case of
// letters, with or without a port.
bool is_known_host(std::string_view host, const std::vector<std::string>& names);

}  // namespace latchkey::middleware
