#include <latchkey/jose/json_events.hpp>
#include <latchkey/jose/json_view.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace latchkey::jose {

class json_view_builder {
 public:
  json_view_builder(std::string_view text, std::pmr::memory_resource& memory)
      : text_{text}, memory_{memory} {
    // One node for eight bytes is more than most tokens have.
    grow(text.size() / 8 + 8);
  }

  bool has_duplicate() const { return duplicate_; }
  json_view root() const { return json_view{nodes_}; }

  void begin_object() { begin(kind::object); }
  void end_object(std::size_t members) {
    duplicate_ = duplicate_ || repeats_name(open_ + 1, members);
    end(members);
  }
  void begin_array() { begin(kind::array); }
  void end_array(std::size_t elements) { end(elements); }
  void name_part(std::string_view part) { resolved(part); }
  void name(std::string_view last, std::size_t size) { text(last, size); }
  void text_part(std::string_view part) { resolved(part); }
  void text(std::string_view last, std::size_t size) {
    const auto* from = last.data();
    // What the parser made of escapes is its own, and gone afterwards.
    if (last.size() != size || !is_of_text(last)) from = resolved(last) - size;
    auto& made = add(kind::text);
    made.size = static_cast<std::uint32_t>(size);
    made.text = from;
  }
  void number(std::int64_t number) { add(kind::integer).integer = number; }
  void number(std::uint64_t number) { add(kind::large_integer).large_integer = number; }
  void number(double number) { add(kind::real).real = number; }
  void boolean(bool value) { add(kind::boolean).boolean = value; }
  void null() { add(kind::null); }

 private:
  using kind = json_view::kind;
  using node = json_view::node;

  // Names of an object with more members than this are sorted to find one that is there twice.
  static constexpr std::size_t few_members = 32;

  node& add(kind type) {
    if (size_ == capacity_) grow(capacity_ * 2);
    auto& made = nodes_[size_++];
    made.type = type;
    return made;
  }

  void grow(std::size_t capacity) {
    auto* const grown =
        static_cast<node*>(memory_.allocate(capacity * sizeof(node), alignof(node)));
    if (size_ != 0) std::memcpy(grown, nodes_, size_ * sizeof(node));
    nodes_ = grown;
    capacity_ = capacity;
  }

  void begin(kind type) {
    add(type).inner = open_;
    open_ = size_ - 1;
  }

  void end(std::size_t inner) {
    auto& done = nodes_[open_];
    done.size = static_cast<std::uint32_t>(size_ - open_);
    open_ = std::exchange(done.inner, inner);
  }

  bool is_of_text(std::string_view part) const {
    const std::less_equal<const char*> up_to;
    return up_to(text_.data(), part.data()) && up_to(part.data(), text_.data() + text_.size());
  }

  // Keeps characters that are not in the text as they are read; gives the end of all that are kept.
  // No text is longer than its spelling, so all of them together fit.
  const char* resolved(std::string_view part) {
    if (resolved_ == nullptr) resolved_ = static_cast<char*>(memory_.allocate(text_.size(), 1));
    std::memcpy(resolved_, part.data(), part.size());
    resolved_ += part.size();
    return resolved_;
  }

  // Whether two members, which begin with that node, have the same name.
  bool repeats_name(std::size_t first, std::size_t members) const {
    if (members > few_members) return repeats_name_sorted(first);
    // A name whose mark nobody before it has is new.
    std::uint64_t marks = 0;
    const auto* const end = nodes_ + size_;
    for (const auto* name = nodes_ + first; name != end; name = name[1].next()) {
      const auto mark = mark_of(name->as_text());
      if ((marks & mark) != 0) {
        for (const auto* other = nodes_ + first; other != name; other = other[1].next()) {
          if (other->as_text() == name->as_text()) return true;
        }
      }
      marks |= mark;
    }
    return false;
  }

  static std::uint64_t mark_of(std::string_view name) {
    if (name.empty()) return 1;
    const auto number = name.size() + static_cast<unsigned char>(name.front()) * std::size_t{5} +
                        static_cast<unsigned char>(name.back()) * std::size_t{3} +
                        static_cast<unsigned char>(name[name.size() / 2]);
    return std::uint64_t{1} << (number % 64);
  }

  bool repeats_name_sorted(std::size_t first) const {
    std::vector<std::string_view> names;
    const auto* const end = nodes_ + size_;
    for (const auto* name = nodes_ + first; name != end; name = name[1].next()) {
      names.push_back(name->as_text());
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
  }

  std::string_view text_;
  std::pmr::memory_resource& memory_;
  node* nodes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t open_ = 0;  // the innermost array or object that has not ended
  char* resolved_ = nullptr;
  bool duplicate_ = false;
};

core::result<json_view> parse_json_view(std::string_view text, const json_limits& limits,
                                        std::pmr::memory_resource& memory) {
  // Sizes within a view have 32 bits.
  if (text.size() >
      std::min<std::size_t>(limits.bytes, std::numeric_limits<std::uint32_t>::max())) {
    return errc::json_too_large;
  }
  json_view_builder view{text, memory};
  if (const auto error = read_json(text, limits, view)) return error;
  if (view.has_duplicate()) return errc::duplicate_name;
  return view.root();
}

}  // namespace latchkey::jose
