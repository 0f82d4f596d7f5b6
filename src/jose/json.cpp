#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <cmath>
#include <cstdint>
#include <utility>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

// Takes the events of the parser, and gives each to the stack that builds the value once it is
// within the limits. Counts names, of which the value keeps only one of each kind: see names_in.
class builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  builder(const json_limits& limits, json::storage_ptr storage) : limits_{limits} {
    stack_.reset(std::move(storage));
  }

  std::size_t names() const { return names_; }
  json::value release() { return stack_.release(); }

  bool on_document_begin(core::error_code&) { return true; }
  bool on_document_end(core::error_code&) { return true; }
  bool on_object_begin(core::error_code& error) { return count(error); }
  bool on_object_end(std::size_t size, core::error_code&) {
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(core::error_code& error) { return count(error); }
  bool on_array_end(std::size_t size, core::error_code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t so_far, core::error_code& error) {
    if (!fits(so_far, error)) return false;
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view last, std::size_t size, core::error_code& error) {
    if (!fits(size, error) || !count(error)) return false;
    ++names_;
    stack_.push_key(last);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t so_far, core::error_code& error) {
    return on_key_part(part, so_far, error);
  }
  bool on_string(json::string_view last, std::size_t size, core::error_code& error) {
    if (!fits(size, error) || !count(error)) return false;
    stack_.push_string(last);
    return true;
  }
  bool on_number_part(json::string_view, core::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, core::error_code& error) {
    if (!count(error)) return false;
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, core::error_code& error) {
    if (!count(error)) return false;
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view, core::error_code& error) {
    if (!count(error)) return false;
    if (!std::isfinite(number)) {
      error = errc::bad_json;
      return false;
    }
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, core::error_code& error) {
    if (!count(error)) return false;
    stack_.push_bool(value);
    return true;
  }
  bool on_null(core::error_code& error) {
    if (!count(error)) return false;
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, core::error_code&) { return true; }
  bool on_comment(json::string_view, core::error_code&) { return true; }

 private:
  bool count(core::error_code& error) {
    if (++values_ <= limits_.values) return true;
    error = errc::json_too_large;
    return false;
  }
  bool fits(std::size_t size, core::error_code& error) const {
    if (size <= limits_.string_bytes) return true;
    error = errc::json_too_large;
    return false;
  }

  const json_limits& limits_;
  std::size_t values_ = 0;
  std::size_t names_ = 0;
  // Where the stack begins; it is left uninitialised on purpose and is enough for most texts.
  alignas(json::value) unsigned char room_[2048];
  json::value_stack stack_{{}, room_, sizeof room_};
};

// How many names there are in the value. An object keeps one member of each name, so where the text
// had more names than this, some object had one twice. The depth has been bounded by the parser.
std::size_t names_in(const json::value& value) {
  std::size_t names = 0;
  if (const auto* object = value.if_object()) {
    names = object->size();
    for (const auto& member : *object) {
      if (member.value().is_structured()) names += names_in(member.value());
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) {
      if (element.is_structured()) names += names_in(element);
    }
  }
  return names;
}

errc error_of(const core::error_code& error) {
  if (error.category() == category()) return static_cast<errc>(error.value());
  return error == json::error::too_deep ? errc::json_too_large : errc::bad_json;
}

}  // namespace

core::result<json::value> parse_json(std::string_view text, const json_limits& limits,
                                     json::storage_ptr storage) {
  if (text.size() > limits.bytes) return errc::json_too_large;
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<builder> parser{options, limits, std::move(storage)};
  core::error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  if (error) return error_of(error);
  if (!parser.done() || used != text.size()) return errc::bad_json;
  auto value = parser.handler().release();
  if (names_in(value) != parser.handler().names()) return errc::duplicate_name;
  return value;
}

}  // namespace latchkey::jose
