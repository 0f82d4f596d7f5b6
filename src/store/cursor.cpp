#include <latchkey/core/base64url.hpp>
#include <latchkey/store/cursor.hpp>
#include <latchkey/store/note_id.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <stdexcept>
#include <utility>

namespace latchkey::store {
namespace {

// The first byte of a cursor: what the rest of it means may change.
constexpr unsigned char form = 1;
using cursor_bytes = std::array<unsigned char, 1 + std::tuple_size_v<id_bytes>>;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

// As forms write it; nothing where a '%' has no two digits behind it.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high << 4U | *low);
    i += 2;
  }
  return out;
}

// What may be repeated to the client: a name it has sent, of a sane length and in ASCII, since
// nobody has looked whether the rest is UTF-8.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 64;
  std::string out{name.substr(0, most)};
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, '?');
  return out;
}

class query_reader {
 public:
  boost::system::result<page_query, faults> read(std::string_view query) {
    while (!query.empty()) {
      const auto end = std::min(query.find('&'), query.size());
      if (end > 0) take(query.substr(0, end));
      query.remove_prefix(std::min(end + 1, query.size()));
    }
    if (!found_.empty()) return std::move(found_);
    return std::move(made_);
  }

 private:
  void refuse(std::string_view name, const char* message, const char* type) {
    found_.push_back({{"query", shown(name)}, message, type});
  }

  void take(std::string_view pair) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = decoded(pair.substr(0, equals));
    const auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) {
      return refuse(pair.substr(0, equals), "the percent-encoding is broken", "value_error");
    }
    if (*name == "limit") return take_limit(*value);
    if (*name == "after") return take_after(*value);
    refuse(*name, "there is no such parameter; expected limit or after", "extra_forbidden");
  }

  void take_limit(std::string_view value) {
    if (std::exchange(has_limit_, true)) {
      return refuse("limit", "stands twice", "value_error");
    }
    const auto* const end = value.data() + value.size();
    const auto [rest, failure] = std::from_chars(value.data(), end, made_.limit);
    if (value.empty() || value.front() == '-' || rest != end ||
        failure == std::errc::invalid_argument) {
      return refuse("limit", "expected an integer from 1 to 100", "int_parsing");
    }
    if (failure != std::errc{} || made_.limit > max_page) {
      return refuse("limit", "expected an integer from 1 to 100", "less_than_equal");
    }
    if (made_.limit < 1) {
      refuse("limit", "expected an integer from 1 to 100", "greater_than_equal");
    }
  }

  void take_after(std::string_view value) {
    if (std::exchange(has_after_, true)) {
      return refuse("after", "stands twice", "value_error");
    }
    auto id = read_cursor(value);
    if (!id) return refuse("after", "expected the `next` of a page", "value_error");
    made_.after = std::move(*id);
  }

  page_query made_;
  bool has_limit_ = false;
  bool has_after_ = false;
  faults found_;
};

}  // namespace

void throw_exception_from_error(const faults& found, const boost::source_location&) {
  throw std::invalid_argument{found.empty() ? "no fault" : found.front().message};
}

std::string make_cursor(std::string_view id) {
  const auto bytes = parse_note_id(id);
  if (!bytes) throw std::invalid_argument{"a cursor of what is no note"};
  cursor_bytes cursor{form};
  std::copy(bytes->begin(), bytes->end(), cursor.begin() + 1);
  return core::base64url_encode(std::span<const unsigned char>{cursor});
}

std::optional<std::string> read_cursor(std::string_view text) {
  cursor_bytes cursor{};
  if (core::base64url_decoded_size(text.size()) != cursor.size()) return std::nullopt;
  if (!core::base64url_decode(text, cursor) || cursor[0] != form) return std::nullopt;
  id_bytes id{};
  std::copy(cursor.begin() + 1, cursor.end(), id.begin());
  return to_text(id);
}

boost::system::result<page_query, faults> read_page_query(std::string_view query) {
  return query_reader{}.read(query);
}

}  // namespace latchkey::store
