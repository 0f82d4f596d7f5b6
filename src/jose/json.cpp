#include <latchkey/jose/json.hpp>
#include <latchkey/jose/json_events.hpp>

#include <boost/json/value_stack.hpp>

#include <utility>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

json::string_view boosted(std::string_view text) {
  return {text.data(), text.size()};
}

// Gives everything to the stack that builds the value. Counts names, of which the value keeps only
// one of each kind: see names_in.
class tree_builder {
 public:
  explicit tree_builder(json::storage_ptr storage) { stack_.reset(std::move(storage)); }

  std::size_t names() const { return names_; }
  json::value release() { return stack_.release(); }

  void begin_object() {}
  void end_object(std::size_t members) { stack_.push_object(members); }
  void begin_array() {}
  void end_array(std::size_t elements) { stack_.push_array(elements); }
  void name_part(std::string_view part) { stack_.push_chars(boosted(part)); }
  void name(std::string_view last, std::size_t) {
    ++names_;
    stack_.push_key(boosted(last));
  }
  void text_part(std::string_view part) { stack_.push_chars(boosted(part)); }
  void text(std::string_view last, std::size_t) { stack_.push_string(boosted(last)); }
  void number(std::int64_t number) { stack_.push_int64(number); }
  void number(std::uint64_t number) { stack_.push_uint64(number); }
  void number(double number) { stack_.push_double(number); }
  void boolean(bool value) { stack_.push_bool(value); }
  void null() { stack_.push_null(); }

 private:
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

}  // namespace

core::result<json::value> parse_json(std::string_view text, const json_limits& limits,
                                     json::storage_ptr storage) {
  tree_builder tree{std::move(storage)};
  if (const auto error = read_json(text, limits, tree)) return error;
  auto value = tree.release();
  if (names_in(value) != tree.names()) return errc::duplicate_name;
  return value;
}

}  // namespace latchkey::jose
