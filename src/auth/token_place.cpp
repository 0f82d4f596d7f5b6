#include <latchkey/auth/bearer.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/token_place.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <optional>

namespace latchkey::auth {
namespace {

struct wanted_prefix {
  explicit wanted_prefix(std::string_view given)
      : text{given.substr(0, given.find_last_not_of(' ') + 1)},
        word{!text.empty() && (text.size() < given.size() || http::is_alphanumeric(text.back()))} {}

  std::string_view text;  // without the spaces at its end
  bool word;              // something has to stand between it and the token
};

class search {
 public:
  search(const http::request_head& head, const token_place& place) : head_{head}, place_{place} {}

  // Adds what the place holds to `found`.
  core::error_code run(std::optional<found_token>& found) {
    found_ = &found;
    const bool cookie = !place_.cookie.empty();
    const std::string_view name = cookie ? std::string_view{"cookie"} : place_.header;
    const bool list = !cookie && http::same_name(name, "sec-websocket-protocol");
    for (const auto& field : head_.fields) {
      if (error_ || !http::same_name(field.name, name)) continue;
      if (cookie) {
        look_into_cookies(field.value);
      } else if (list) {
        look_into_list(field.value);
      } else {
        look_into_value(field.value);
      }
    }
    return error_;
  }

 private:
  void add(std::string_view text) {
    if (error_) return;
    if (found_->has_value()) {
      error_ = errc::token_in_two_places;
    } else if (!is_b64token(text)) {
      error_ = errc::malformed_credentials;
    } else {
      *found_ = found_token{text, &place_};
    }
  }

  void look_into_value(std::string_view value) {
    const wanted_prefix prefix{place_.prefix};
    if (value.empty() || !http::same_name(value.substr(0, prefix.text.size()), prefix.text)) return;
    auto rest = value.substr(prefix.text.size());
    if (prefix.word) {
      // Otherwise it is the beginning of another word.
      if (!rest.empty() && !rest.starts_with(' ')) return;
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    }
    add(rest);
  }

  void look_into_list(std::string_view list) {
    const wanted_prefix prefix{place_.prefix};
    while (!list.empty()) {
      const auto element = http::take_element(list);
      if (prefix.word) {
        if (element == prefix.text) add(http::take_element(list));
      } else if (!element.empty() && element.starts_with(prefix.text)) {
        add(element.substr(prefix.text.size()));
      }
    }
  }

  void look_into_cookies(std::string_view pairs) {
    while (!pairs.empty()) {
      const auto pair = http::take_element(pairs, ';');
      const auto end = std::min(pair.find('='), pair.size());
      if (http::trim(pair.substr(0, end)) != place_.cookie) continue;
      const auto value = http::trim(pair.substr(std::min(end + 1, pair.size())));
      if (!value.empty()) add(value);
    }
  }

  const http::request_head& head_;
  const token_place& place_;
  std::optional<found_token>* found_ = nullptr;
  core::error_code error_;
};

}  // namespace

const token_place& bearer_place() {
  static const token_place place{.header = "authorization", .prefix = "Bearer "};
  return place;
}

bool overlap(const token_place& a, const token_place& b) {
  if (a.cookie.empty() != b.cookie.empty()) return false;
  if (!a.cookie.empty()) return a.cookie == b.cookie;
  if (!http::same_name(a.header, b.header)) return false;
  const wanted_prefix first{a.prefix};
  const wanted_prefix second{b.prefix};
  const auto& one = first.text.size() <= second.text.size() ? first : second;
  const auto& other = &one == &first ? second : first;
  if (!http::same_name(other.text.substr(0, one.text.size()), one.text)) return false;
  const auto rest = other.text.substr(one.text.size());
  return rest.empty() || !one.word || rest.starts_with(' ');
}

namespace {

core::result<found_token> find_beside(const core::result<std::string_view>& bearer,
                                      const http::request_head& head, std::string_view query,
                                      std::span<const token_place> places) {
  if (bearer.has_error() && bearer.error() != errc::no_credentials) return bearer.error();
  std::optional<found_token> found;
  if (bearer) found = found_token{*bearer};
  for (const auto& place : places) {
    if (const auto error = search{head, place}.run(found)) return error;
  }
  if (!found) return errc::no_credentials;
  if (found->place != nullptr && has_access_token(query)) return errc::token_in_two_places;
  return *found;
}

}  // namespace

core::result<found_token> find_token(const http::request_head& head, std::string_view query,
                                     std::span<const token_place> places) {
  return find_beside(bearer_token(head, query), head, query, places);
}

core::result<found_token> find_token_text(const http::request_head& head, std::string_view query,
                                          std::span<const token_place> places) {
  return find_beside(bearer_text(head, query), head, query, places);
}

}  // namespace latchkey::auth
