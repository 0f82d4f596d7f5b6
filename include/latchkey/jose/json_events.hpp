// One strict reading of JSON for all that is built of it: the events of Boost's parser, held to
// json_limits before they reach a builder. Not for what is built, nor for duplicate names.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/basic_parser_impl.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace latchkey::jose {

// A Builder has begin_array(), end_array(elements), begin_object(), end_object(members), null(),
// boolean(value), number(value) of the three types of numbers; and for a text, which may come in
// parts, text_part(part) and text(last_part, whole_size), for a name name_part and name.
template <class Builder>
class json_events {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  json_events(const json_limits& limits, Builder& to) : limits_{limits}, to_{to} {}

  bool on_document_begin(core::error_code&) { return true; }
  bool on_document_end(core::error_code&) { return true; }
  bool on_object_begin(core::error_code& error) {
    if (!count(error)) return false;
    to_.begin_object();
    return true;
  }
  bool on_object_end(std::size_t members, core::error_code& error) {
    if (members > limits_.members) {
      error = errc::json_too_large;
      return false;
    }
    to_.end_object(members);
    return true;
  }
  bool on_array_begin(core::error_code& error) {
    if (!count(error)) return false;
    to_.begin_array();
    return true;
  }
  bool on_array_end(std::size_t elements, core::error_code&) {
    to_.end_array(elements);
    return true;
  }
  bool on_key_part(boost::json::string_view part, std::size_t so_far, core::error_code& error) {
    if (!fits(so_far, error)) return false;
    to_.name_part({part.data(), part.size()});
    return true;
  }
  bool on_key(boost::json::string_view last, std::size_t size, core::error_code& error) {
    if (!fits(size, error) || !count(error)) return false;
    to_.name({last.data(), last.size()}, size);
    return true;
  }
  bool on_string_part(boost::json::string_view part, std::size_t so_far, core::error_code& error) {
    if (!fits(so_far, error)) return false;
    to_.text_part({part.data(), part.size()});
    return true;
  }
  bool on_string(boost::json::string_view last, std::size_t size, core::error_code& error) {
    if (!fits(size, error) || !count(error)) return false;
    to_.text({last.data(), last.size()}, size);
    return true;
  }
  bool on_number_part(boost::json::string_view, core::error_code&) { return true; }
  bool on_int64(std::int64_t number, boost::json::string_view, core::error_code& error) {
    return on_number(number, error);
  }
  bool on_uint64(std::uint64_t number, boost::json::string_view, core::error_code& error) {
    return on_number(number, error);
  }
  bool on_double(double number, boost::json::string_view, core::error_code& error) {
    if (std::isfinite(number)) return on_number(number, error);
    error = errc::bad_json;
    return false;
  }
  bool on_bool(bool value, core::error_code& error) {
    if (!count(error)) return false;
    to_.boolean(value);
    return true;
  }
  bool on_null(core::error_code& error) {
    if (!count(error)) return false;
    to_.null();
    return true;
  }
  bool on_comment_part(boost::json::string_view, core::error_code&) { return true; }
  bool on_comment(boost::json::string_view, core::error_code&) { return true; }

 private:
  template <class Number>
  bool on_number(Number number, core::error_code& error) {
    if (!count(error)) return false;
    to_.number(number);
    return true;
  }
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
  Builder& to_;
  std::size_t values_ = 0;
};

// No error if the builder has been given exactly one value, the whole of the text.
template <class Builder>
core::error_code read_json(std::string_view text, const json_limits& limits, Builder& to) {
  if (text.size() > limits.bytes) return errc::json_too_large;
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  boost::json::basic_parser<json_events<Builder>> parser{options, limits, to};
  core::error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  if (error.category() == category()) return error;
  if (error == boost::json::error::too_deep) return errc::json_too_large;
  if (error || !parser.done() || used != text.size()) return errc::bad_json;
  return {};
}

}  // namespace latchkey::jose
