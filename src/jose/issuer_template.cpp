#include <latchkey/jose/issuer_template.hpp>

#include <cstddef>

namespace latchkey::jose {
namespace {

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

bool is_issuer_template(std::string_view text) {
  const auto at = text.find(tenant_placeholder);
  if (at == text.npos) return false;
  const auto before = text.substr(0, at);
  const auto after = text.substr(at + tenant_placeholder.size());
  const auto host = before.find("://");
  if (host == before.npos || host == 0) return false;
  // The slash before it is one behind the host, which is not empty.
  const auto path = before.find('/', host + 3);
  if (path == before.npos || path == host + 3 || !before.ends_with('/')) return false;
  return (after.empty() || after.starts_with('/')) && before.find_first_of("{}?#") == before.npos &&
         after.find_first_of("{}?#") == after.npos;
}

bool is_tenant_id(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '-' ? text[i] != '-' : !is_lower_hex(text[i])) return false;
  }
  return true;
}

std::optional<std::string_view> tenant_of(std::string_view issuer_template,
                                          std::string_view issuer) {
  const auto at = issuer_template.find(tenant_placeholder);
  if (at == issuer_template.npos) return std::nullopt;
  const auto before = issuer_template.substr(0, at);
  const auto after = issuer_template.substr(at + tenant_placeholder.size());
  if (issuer.size() < before.size() + after.size() || !issuer.starts_with(before) ||
      !issuer.ends_with(after)) {
    return std::nullopt;
  }
  const auto tenant = issuer.substr(before.size(), issuer.size() - before.size() - after.size());
  if (!is_tenant_id(tenant)) return std::nullopt;
  return tenant;
}

std::string issuer_of(std::string_view issuer_template, std::string_view tenant) {
  std::string name{issuer_template};
  const auto at = name.find(tenant_placeholder);
  if (at != name.npos) name.replace(at, tenant_placeholder.size(), tenant);
  return name;
}

}  // namespace latchkey::jose
