#include <latchkey/core/ascii.hpp>
#include <latchkey/jose/claim_path.hpp>
#include <latchkey/jose/scope_claims.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace latchkey::jose {
namespace {

// More scopes than this are nobody's, and adding one takes time in proportion to those there are,
// also one that is named again and again.
constexpr std::size_t max_scopes = 512;

// It could break out of a header or of a line of a log.
bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), core::is_control);
}

class gatherer {
 public:
  void add_claim(json_view claim) {
    if (const auto words = claim.text()) {
      add_words(*words);
    } else if (claim.is_array()) {
      found_.scopes.reserve(std::min(claim.size(), max_scopes));
      for (const auto element : claim.elements()) add_element(element);
    } else {
      found_.all_read = false;
    }
  }

  granted_scopes take() { return std::move(found_); }

 private:
  // False once no more are counted.
  bool add_scope(std::string_view scope) {
    if (named_ == max_scopes) {
      found_.all_read = false;
      return false;
    }
    ++named_;
    found_.scopes.add(scope);
    return true;
  }

  // What would separate the words is not certain where there is a control character.
  void add_words(std::string_view words) {
    if (has_control(words)) {
      found_.all_read = false;
      return;
    }
    const auto spaces = std::count(words.begin(), words.end(), ' ');
    found_.scopes.reserve(std::min(static_cast<std::size_t>(spaces) + 1, max_scopes));
    while (!words.empty()) {
      const auto word = words.substr(0, words.find(' '));
      if (!word.empty() && !add_scope(word)) return;
      words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
  }

  // An element with a space in it would be two scopes wherever scopes are written in a row.
  void add_element(json_view element) {
    const auto scope = element.text();
    if (!scope || has_control(*scope) || scope->find(' ') != scope->npos) {
      found_.all_read = false;
    } else if (!scope->empty()) {
      add_scope(*scope);
    }
  }

  granted_scopes found_;
  std::size_t named_ = 0;  // with repetitions
};

}  // namespace

granted_scopes scopes_of(json_view claims, std::span<const std::string> paths) {
  gatherer all;
  for (const auto& path : paths) {
    if (const auto claim = find_claim(claims, path)) all.add_claim(*claim);
  }
  return all.take();
}

}  // namespace latchkey::jose
