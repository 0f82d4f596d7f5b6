#include <latchkey/edge/mcp_message.hpp>
#include <latchkey/jose/json_events.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

namespace latchkey::edge {
namespace {

constexpr std::size_t max_depth = 64;

// Where a value stands. Containers are the first four; the rest of them is `other`.
enum class place : std::uint8_t {
  other,
  message,
  params,
  meta,
  jsonrpc,
  id,
  method,
  result,
  error,
  name,
  uri,
  task,
  offered,
  revision,
};

struct known_member {
  place within;
  std::string_view name;
  place is;
  std::string_view folded = name;
};

constexpr known_member known_members[] = {
    {place::message, "jsonrpc", place::jsonrpc},
    {place::message, "id", place::id},
    {place::message, "method", place::method},
    {place::message, "params", place::params},
    {place::message, "result", place::result},
    {place::message, "error", place::error},
    {place::params, "name", place::name},
    {place::params, "uri", place::uri},
    {place::params, "taskId", place::task, "taskid"},
    {place::params, "protocolVersion", place::offered, "protocolversion"},
    {place::params, "_meta", place::meta},
    {place::meta, "io.modelcontextprotocol/protocolVersion", place::revision,
     "io.modelcontextprotocol/protocolversion"},
};

// The longest of these, and one byte more for each letter that has a look-alike of two or three.
constexpr std::size_t longest_name = 64;

// As readers do that compare names without case: in Go U+017F is an s, and U+212A a k; elsewhere
// U+0130 and U+0131 are an i.
std::string folded(std::string_view name) {
  std::string made;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto rest = name.substr(i);
    if (rest.starts_with("\xC5\xBF")) {
      made += 's';
      i += 1;
    } else if (rest.starts_with("\xC4\xB0") || rest.starts_with("\xC4\xB1")) {
      made += 'i';
      i += 1;
    } else if (rest.starts_with("\xE2\x84\xAA")) {
      made += 'k';
      i += 2;
    } else {
      made += name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
  }
  return made;
}

std::size_t longest_of(place at) {
  switch (at) {
    case place::jsonrpc:
      return 3;
    case place::id:
      return 1024;
    case place::method:
      return 256;
    case place::name:
    case place::uri:
    case place::task:
      return 8 * 1024;
    case place::offered:
    case place::revision:
      return 64;
    default:
      return 0;
  }
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool has_nul(std::string_view text) {
  return text.find('\0') != text.npos;
}

// The builder of jose::json_events. The first fault counts.
class message_scan {
 public:
  void begin_object() { open(true); }
  void end_object(std::size_t) { --depth_; }
  void begin_array() { open(false); }
  void end_array(std::size_t) { --depth_; }

  void name_part(std::string_view part) { keep_name(part); }
  void name(std::string_view last, std::size_t) {
    keep_name(last);
    next_ = holder() == place::other ? place::other : place_of_name();
    name_.clear();
    long_name_ = false;
  }

  void text_part(std::string_view part) { keep_text(part); }
  void text(std::string_view last, std::size_t) {
    keep_text(last);
    const auto at = take_place();
    if (longest_of(at) == 0) return take_other(at);
    auto value = std::move(text_);
    text_.clear();
    if (!std::exchange(cut_, false)) take_text(at, std::move(value));
  }

  void number(std::int64_t value) { take_number(value); }
  void number(std::uint64_t value) { take_number(value); }
  void number(double value) { take_number(value); }
  void boolean(bool) { take_other(take_place()); }
  void null() { take_other(take_place()); }

  mcp_reading finish();

 private:
  void fail(mcp_fault fault) {
    if (made_.fault == mcp_fault::none) made_.fault = fault;
  }

  place holder() const {
    return depth_ == 0 || depth_ > holders_.size() ? place::other : holders_[depth_ - 1];
  }

  // That of the value which begins; those of an array all stand at `other`.
  place take_place() {
    const auto at = next_;
    next_ = place::other;
    return at;
  }

  void open(bool object) {
    const auto at = take_place();
    const bool holds = at == place::message || at == place::params || at == place::meta;
    if (!object && at == place::message) fail(mcp_fault::batch);
    if (at == place::message && object) object_ = true;
    if (!object || !holds) take_other(at);
    if (depth_ < holders_.size()) holders_[depth_] = object && holds ? at : place::other;
    ++depth_;
  }

  void keep_name(std::string_view part) {
    if (holder() == place::other) return;
    if (has_nul(part)) fail(mcp_fault::name_twice);
    long_name_ = long_name_ || name_.size() + part.size() > longest_name;
    if (!long_name_) name_ += part;
  }

  place place_of_name() {
    if (long_name_) return place::other;
    for (const auto& one : known_members) {
      if (one.within != holder() || one.name != name_) continue;
      auto& seen = seen_[static_cast<std::size_t>(one.is)];
      if (seen) fail(mcp_fault::name_twice);
      seen = true;
      return one.is;
    }
    if (is_look_alike()) fail(mcp_fault::name_twice);
    return place::other;
  }

  bool is_look_alike() const {
    if (name_ == "__proto__") return true;
    const auto as = folded(name_);
    return std::any_of(std::begin(known_members), std::end(known_members),
                       [&](const auto& one) { return one.within == holder() && one.folded == as; });
  }

  void keep_text(std::string_view part) {
    const auto longest = longest_of(next_);
    if (longest == 0) return;
    if (text_.size() + part.size() > longest) {
      cut_ = true;
      return fail(mcp_fault::not_message);
    }
    text_ += part;
  }

  void take_text(place at, std::string value) {
    auto& into = made_.message;
    switch (at) {
      case place::jsonrpc:
        versioned_ = value == "2.0";
        break;
      case place::id:
        into.id = boost::json::serialize(boost::json::string_view{value.data(), value.size()});
        break;
      case place::method:
        if (value.empty() || !is_visible(value)) fail(mcp_fault::not_message);
        into.method = std::move(value);
        break;
      case place::name:
        keep(into.name, std::move(value));
        break;
      case place::uri:
        keep(into.uri, std::move(value));
        break;
      case place::task:
        keep(into.task, std::move(value));
        break;
      case place::offered:
        keep(into.offered, std::move(value));
        break;
      case place::revision:
        keep(into.revision, std::move(value));
        break;
      default:
        break;
    }
  }

  // Whoever ends texts at a NUL would read another one.
  void keep(std::optional<std::string>& into, std::string value) {
    if (has_nul(value)) fail(mcp_fault::not_message);
    into = std::move(value);
  }

  template <class Number>
  void take_number(Number value) {
    const auto at = take_place();
    if (at == place::id) {
      // Without its digits there is no saying which one it was.
      if (std::is_floating_point_v<Number>) return fail(mcp_fault::not_message);
      made_.message.id = boost::json::serialize(boost::json::value(value));
    } else {
      take_other(at);
    }
  }

  // A value of a kind that has no meaning there.
  void take_other(place at) {
    switch (at) {
      case place::name:
      case place::uri:
      case place::task:
        made_.message.has_odd_name = true;
        break;
      case place::message:
      case place::params:
      case place::meta:
      case place::jsonrpc:
      case place::id:
      case place::method:
      case place::offered:
      case place::revision:
        fail(mcp_fault::not_message);
        break;
      default:
        break;
    }
  }

  bool has(place at) const { return seen_[static_cast<std::size_t>(at)]; }

  mcp_reading made_;
  std::array<place, max_depth> holders_{};
  std::size_t depth_ = 0;
  place next_ = place::message;
  std::array<bool, static_cast<std::size_t>(place::revision) + 1> seen_{};
  bool object_ = false;
  bool versioned_ = false;
  std::string name_;
  bool long_name_ = false;
  std::string text_;
  bool cut_ = false;  // it is longer than what is kept
};

mcp_reading message_scan::finish() {
  using kind = mcp_message::kind;
  auto& what = made_.message.what;
  const bool outcome = has(place::result) != has(place::error);
  const bool both = has(place::result) && has(place::error);
  if (!object_ || !versioned_) fail(mcp_fault::not_message);
  if (has(place::method)) {
    if (outcome || both) fail(mcp_fault::not_message);
    what = has(place::id) ? kind::request : kind::notification;
  } else {
    if (!outcome || has(place::params)) fail(mcp_fault::not_message);
    what = kind::response;
  }
  return std::move(made_);
}

}  // namespace

mcp_reading read_mcp_message(std::string_view text) {
  constexpr auto any = std::numeric_limits<std::size_t>::max();
  // Nothing is kept of the values that these would bound: the text itself is bounded.
  const jose::json_limits limits{
      .bytes = any, .depth = max_depth, .values = any, .string_bytes = any, .members = any};
  message_scan scan;
  const auto error = jose::read_json(text, limits, scan);
  auto made = scan.finish();
  if (error) made = {mcp_fault::not_json, {}};
  return made;
}

}  // namespace latchkey::edge
