#include "token_removal.hpp"

#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>

#include <algorithm>
#include <string>

namespace latchkey::edge {
namespace {

using places_span = std::span<const auth::token_place>;

bool is_token_cookie(std::string_view name, places_span places) {
  return std::any_of(places.begin(), places.end(), [name](const auth::token_place& one) {
    return !one.cookie.empty() && one.cookie == name;
  });
}

// The prefix of a place for elements of a list, without the spaces at its end.
std::string_view prefix_of(const auth::token_place& place) {
  const std::string_view prefix{place.prefix};
  return prefix.substr(0, prefix.find_last_not_of(' ') + 1);
}

// Whether the token is the element behind the prefix, and not the rest of the same one.
bool is_word(const auth::token_place& place) {
  const auto prefix = prefix_of(place);
  return !prefix.empty() &&
         (prefix.size() < place.prefix.size() || http::is_alphanumeric(prefix.back()));
}

enum class listed { other, token, announces };

listed judge(std::string_view element, places_span places) {
  for (const auto& place : places) {
    if (!http::same_name(place.header, "sec-websocket-protocol")) continue;
    const auto prefix = prefix_of(place);
    if (is_word(place)) {
      if (element == prefix) return listed::announces;
    } else if (element.starts_with(prefix)) {
      return listed::token;
    }
  }
  return listed::other;
}

void append(std::string& list, std::string_view element, std::string_view separator) {
  if (element.empty()) return;
  if (!list.empty()) list.append(separator);
  list.append(element);
}

}  // namespace

std::string_view without_token_cookies(std::string_view pairs, places_span places,
                                       field_list& out) {
  std::string kept;
  bool dropped = false;
  for (auto rest = pairs; !rest.empty();) {
    const auto pair = http::take_element(rest, ';');
    const auto name = http::trim(pair.substr(0, pair.find('=')));
    if (is_token_cookie(name, places)) {
      dropped = true;
    } else {
      append(kept, pair, "; ");
    }
  }
  return dropped ? out.keep({kept}) : pairs;
}

std::string_view without_listed_tokens(std::string_view list, places_span places, field_list& out) {
  std::string kept;
  for (auto rest = list; !rest.empty();) {
    const auto element = http::take_element(rest);
    switch (judge(element, places)) {
      case listed::other:
        append(kept, element, ", ");
        break;
      case listed::announces:
        http::take_element(rest);
        break;
      case listed::token:
        break;
    }
  }
  return out.keep({kept});
}

}  // namespace latchkey::edge
