#include <latchkey/jose/claim_path.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/required_claim.hpp>

#include <algorithm>

namespace latchkey::jose {
namespace {

// Integers up to here are doubles exactly, so that comparing the two kinds rounds nothing.
constexpr std::int64_t max_exact = std::int64_t{1} << 53U;

bool same_number(std::int64_t whole, double real) {
  return whole >= -max_exact && whole <= max_exact && static_cast<double>(whole) == real;
}

struct equals {
  json_view claim;

  bool operator()(const std::string& wanted) const { return claim.text() == wanted; }
  bool operator()(bool wanted) const { return claim.boolean() == wanted; }
  bool operator()(std::int64_t wanted) const {
    if (const auto real = claim.real()) return same_number(wanted, *real);
    return claim.integer() == wanted;
  }
  bool operator()(double wanted) const {
    if (const auto whole = claim.integer()) return same_number(*whole, wanted);
    return claim.real() == wanted;
  }
};

bool is_one_of(json_view claim, const std::vector<claim_value>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [claim](const claim_value& one) { return std::visit(equals{claim}, one); });
}

bool has_one_of(json_view claim, const std::vector<claim_value>& wanted) {
  if (!claim.is_array()) return is_one_of(claim, wanted);
  for (const auto element : claim.elements()) {
    if (is_one_of(element, wanted)) return true;
  }
  return false;
}

bool is_as_required(json_view claim, const required_claim& rule) {
  if (rule.values.empty() && rule.contains.empty()) {
    const auto text = claim.text();
    return text && !text->empty();
  }
  return (rule.values.empty() || is_one_of(claim, rule.values)) &&
         (rule.contains.empty() || has_one_of(claim, rule.contains));
}

}  // namespace

core::error_code check_required(json_view claims, const required_claim& rule) {
  bool there = false;
  for (const auto& name : rule.names) {
    const auto claim = find_claim(claims, name);
    if (!claim) continue;
    if (!is_as_required(*claim, rule)) return errc::claim_mismatch;
    there = true;
  }
  return there ? core::error_code{} : make_error_code(errc::claim_missing);
}

}  // namespace latchkey::jose
