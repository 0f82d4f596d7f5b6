#include <latchkey/http/problem.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/middleware/known_host.hpp>

#include <algorithm>

namespace latchkey::middleware {

bool is_known_host(std::string_view host, const std::vector<std::string>& names) {
  const auto text = "http://" + std::string{host};
  const auto where = http::parse_url(text);
  // Nothing but a host and a port: the rest would be read as a path.
  if (!where || where->authority.size() != host.size()) return false;
  const auto same = [&where](std::string_view name) { return http::same_name(where->host, name); };
  return where->address || same("localhost") || std::any_of(names.begin(), names.end(), same);
}

async::task<http::response> known_host::operator()(http::context& ctx,
                                                   const http::handler& next) const {
  const auto host = ctx.request.find("host");
  // Without the field it is HTTP/1.0, which no browser speaks.
  if (host && !is_known_host(*host, names)) {
    co_return http::problem(http::status::misdirected_request, "Misdirected Request");
  }
  co_return co_await next(ctx);
}

}  // namespace latchkey::middleware
