#include <latchkey/jose/claim_path.hpp>

namespace latchkey::jose {
namespace {

// The object under the longest proper prefix of `path`, which is shortened to what follows it.
std::optional<json_view> step_into(json_view object, std::string_view& path) {
  auto dot = path.rfind('.');
  while (dot != path.npos) {
    const auto inner = object.find(path.substr(0, dot));
    if (inner && inner->is_object()) {
      path.remove_prefix(dot + 1);
      return inner;
    }
    dot = dot == 0 ? path.npos : path.rfind('.', dot - 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<json_view> find_claim(json_view claims, std::string_view path) {
  // Ends, since each step makes the path shorter.
  while (true) {
    if (const auto whole = claims.find(path)) return whole;
    const auto inner = step_into(claims, path);
    if (!inner) return std::nullopt;
    claims = *inner;
  }
}

}  // namespace latchkey::jose
