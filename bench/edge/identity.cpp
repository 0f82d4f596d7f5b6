#include "edge/identity.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace latchkey::bench::edge {
namespace {

// As those read a name who take '_' for '-'.
std::string plain_name(std::string_view name) {
  std::string made{name};
  for (auto& one : made) {
    one = one == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(one)));
  }
  return made;
}

}  // namespace

std::vector<std::string> forged_fields() {
  std::vector<std::string> all;
  for (const std::string name : {"X-User", "x-user", "X-USER", "x_user", "X_User", "x_USER"}) {
    all.push_back(name + ": evil\r\n");
    all.push_back(name + ":evil\r\n");
    all.push_back(name + ":\tevil \r\n");
    all.push_back(name + ":\r\n" + name + ": evil\r\n");
    all.push_back(name + ": evil\r\n" + name + ": evil too\r\n");
    all.push_back("Connection: " + name + "\r\n" + name + ": evil\r\n");
    all.push_back(name + ": evil\r\nConnection: keep-alive, " + name + "\r\n");
    all.push_back("Connection: " + name + "\r\n");
    all.push_back("Connection: " + name + "\r\nConnection: x-scopes,, X-USER\r\n");
    all.push_back("Proxy-Connection: " + name + "\r\n" + name + ": evil\r\n");
    all.push_back(name + " : evil\r\n");
    all.push_back(name + ":\r\n evil\r\n");
    all.push_back("\"" + name + "\": evil\r\n");
  }
  for (const std::string name : {"X-Scopes", "x_scopes", "X-Forwarded-For", "X_Forwarded_For",
                                 "X-Forwarded-Host", "X-Forwarded-Proto", "X-FORWARDED-FOR"}) {
    all.push_back(name + ": evil\r\n");
    all.push_back(name + ": evil, evil\r\nConnection: " + name + "\r\n");
    all.push_back("Connection: " + name + "\r\n");
  }
  all.insert(all.end(), {"Forwarded: for=evil;host=evil\r\n", "FORWARDED: for=evil\r\n",
                         "Connection: forwarded\r\nForwarded: for=evil\r\n", "Keep-Alive: evil\r\n",
                         "TE: evil\r\n", "Proxy-Connection: evil\r\n",
                         "Proxy-Authorization: evil\r\n", "Connection: evil\r\nEvil: evil\r\n",
                         "Connection: authorization\r\n", "Connection: host, content-length\r\n",
                         "Trailer: x-user-evil\r\nConnection: trailer\r\n"});
  return all;
}

std::string identity_problem(std::string_view head, std::string_view user) {
  std::size_t count = 0;
  for (auto rest = head; !rest.empty();) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const auto lower = plain_name(line);
    if (lower.find(forged_mark) != lower.npos) return "forged: " + std::string{line};
    const auto colon = std::min(line.find(':'), line.size());
    if (plain_name(line.substr(0, colon)) != "x-user") continue;
    ++count;
    auto value = line.substr(std::min(colon + 1, line.size()));
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    if (value != user) return "another value: " + std::string{line};
  }
  const std::size_t wanted = user.empty() ? 0 : 1;
  return count == wanted ? std::string{} : "x-user came " + std::to_string(count) + " times";
}

boost::json::object claims_of(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == token.npos || first == last) throw std::runtime_error{"that is no token"};
  const auto text = core::base64url_decode(token.substr(first + 1, last - first - 1));
  if (!text) throw std::runtime_error{"that is no token"};
  return boost::json::parse(*text).as_object();
}

}  // namespace latchkey::bench::edge
