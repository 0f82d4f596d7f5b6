#include <latchkey/edge/place.hpp>
#include <latchkey/http/url.hpp>

#include <algorithm>
#include <string>

namespace latchkey::edge {
namespace {

std::string text_of(const async::tcp::endpoint& where) {
  const auto address = where.address().to_string();
  const auto host = where.address().is_v6() ? '[' + address + ']' : address;
  return host + ':' + std::to_string(where.port());
}

}  // namespace

std::optional<named_place> parse_place(std::string_view url) {
  const auto parsed = http::parse_url(url);
  if (!parsed || !parsed->query.empty() || url.find('?') != url.npos) return std::nullopt;
  if (!parsed->path.empty() && parsed->path != "/") return std::nullopt;
  named_place made;
  made.secure = parsed->secure;
  made.host = parsed->host;
  made.port = parsed->port;
  made.authority = parsed->authority;
  const std::string usual = parsed->secure ? ":443" : ":80";
  if (made.authority.ends_with(usual)) made.authority.resize(made.authority.size() - usual.size());
  return made;
}

std::vector<place> places_of(const named_place& name, std::string_view server_name,
                             const std::vector<async::tcp::endpoint>& found) {
  std::vector<place> all;
  all.reserve(found.size());
  for (const auto& where : found) {
    all.push_back({text_of(where), where, name.secure,
                   server_name.empty() ? name.host : std::string{server_name}, name.authority});
  }
  return all;
}

std::vector<std::string> texts_of(const std::vector<place>& all) {
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const auto& one : all) texts.push_back(one.text);
  return texts;
}

std::chrono::milliseconds used_for(std::chrono::seconds ttl) {
  return std::clamp(ttl, std::chrono::seconds{1}, std::chrono::seconds{std::chrono::hours{24}});
}

}  // namespace latchkey::edge
