#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/store/note_body.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::store {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_name_shown = 64;

// One more than is known, so that a note with an unknown member is told its name.
constexpr jose::json_limits limits{
    .bytes = max_body, .depth = 8, .values = 64, .string_bytes = max_body, .members = 16};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// U+0000 to U+001F, and U+007F to U+009F, which take two bytes but for the first of them.
bool has_controls(std::string_view utf8) {
  unsigned char before = 0;
  for (const char one : utf8) {
    const auto byte = static_cast<unsigned char>(one);
    if (byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte < 0xA0)) return true;
    before = byte;
  }
  return false;
}

class body_reader {
 public:
  boost::system::result<note_content, faults> read(const json::object& from) {
    take_title(from);
    take_text(from);
    for (const auto& member : from) {
      const std::string_view name{member.key().data(), member.key().size()};
      if (name == "title" || name == "text") continue;
      // By whole characters: what was cut within one would be no UTF-8.
      auto shown = name.substr(0, longest_name_shown);
      while (shown.size() < name.size() && !shown.empty() &&
             (static_cast<unsigned char>(name[shown.size()]) & 0xC0U) == 0x80U) {
        shown.remove_suffix(1);
      }
      refuse(shown, "there is no such member; expected title or text", "extra_forbidden");
    }
    if (!found_.empty()) return std::move(found_);
    return std::move(made_);
  }

 private:
  void refuse(std::string_view member, const char* message, const char* type) {
    found_.push_back({{"body", std::string{member}}, message, type});
  }

  // The text of a member that is one; what is not is told.
  std::optional<std::string_view> text_of(const json::object& from, std::string_view member,
                                          bool required) {
    const auto* value = from.if_contains(json::string_view{member.data(), member.size()});
    if (value == nullptr) {
      if (required) refuse(member, "is missing", "missing");
      return std::nullopt;
    }
    const auto* text = value->if_string();
    if (text == nullptr) {
      refuse(member, "expected a string", "string_type");
      return std::nullopt;
    }
    return std::string_view{text->data(), text->size()};
  }

  void take_title(const json::object& from) {
    const auto text = text_of(from, "title", true);
    if (!text) return;
    if (text->empty()) return refuse("title", "expected at least 1 character", "string_too_short");
    if (characters(*text) > max_title) {
      return refuse("title", "expected at most 200 characters", "string_too_long");
    }
    if (has_controls(*text)) {
      return refuse("title", "expected no control characters", "value_error");
    }
    made_.title = *text;
  }

  void take_text(const json::object& from) {
    const auto text = text_of(from, "text", false);
    if (!text) return;
    if (characters(*text) > max_text) {
      return refuse("text", "expected at most 65536 characters", "string_too_long");
    }
    // PostgreSQL keeps none; what one store takes the other takes, too.
    if (text->find('\0') != text->npos) {
      return refuse("text", "expected no U+0000", "value_error");
    }
    made_.text = *text;
  }

  note_content made_;
  faults found_;
};

faults no_json(const core::error_code& why) {
  if (why == jose::errc::duplicate_name) {
    return {{{"body"}, "a name stands twice in an object", "json_invalid"}};
  }
  if (why == jose::errc::json_too_large) {
    return {{{"body"}, "more values or levels than a note has", "json_invalid"}};
  }
  return {{{"body"}, "expected JSON (RFC 8259) in UTF-8", "json_invalid"}};
}

}  // namespace

boost::system::result<note_content, faults> read_note_body(std::string_view text) {
  const auto value = jose::parse_json(text, limits);
  if (value.has_error()) return no_json(value.error());
  const auto* object = value->if_object();
  if (object == nullptr) {
    return faults{{{"body"}, "expected an object", "model_attributes_type"}};
  }
  return body_reader{}.read(*object);
}

}  // namespace latchkey::store
