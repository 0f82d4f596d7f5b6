#include <latchkey/auth/same_origin.hpp>

#include <string_view>

namespace latchkey::auth {
namespace {

bool is_safe(const http::request_head& head) {
  const bool reads = head.method == http::verb::get || head.method == http::verb::head ||
                     head.method == http::verb::options;
  return reads && head.count("upgrade") == 0;
}

std::string_view without_default_port(std::string_view authority) {
  constexpr std::string_view port = ":443";
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

}  // namespace

bool may_use_cookie(const http::request_head& head) {
  if (is_safe(head)) return true;
  if (head.count("origin") != 1 || head.count("host") != 1) return false;
  constexpr std::string_view scheme = "https://";
  const auto origin = *head.find("origin");
  const auto host = without_default_port(*head.find("host"));
  return origin.starts_with(scheme) && !host.empty() &&
         http::same_name(without_default_port(origin.substr(scheme.size())), host);
}

}  // namespace latchkey::auth
