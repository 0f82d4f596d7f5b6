#include <latchkey/trace/otlp_json.hpp>

#include <array>
#include <chrono>
#include <cstdint>

namespace latchkey::trace {
namespace {

// The length of the UTF-8 sequence that `text` begins with; 0 where it is none (RFC 3629 section
// 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&byte](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

class writer {
 public:
  explicit writer(std::string& out) : out_{out} {}

  void raw(std::string_view text) { out_.append(text); }

  void text(std::string_view value) {
    out_.push_back('"');
    while (!value.empty()) {
      const auto length = sequence_length(value);
      if (length == 0) {
        out_.append("\\ufffd");
      } else if (length == 1) {
        character(value.front());
      } else {
        out_.append(value.substr(0, length));
      }
      value.remove_prefix(length == 0 ? 1 : length);
    }
    out_.push_back('"');
  }

  // 64 bits are written as a string.
  void number_text(std::int64_t value) {
    out_.push_back('"');
    out_.append(std::to_string(value));
    out_.push_back('"');
  }

  void time(core::wall_time at) {
    number_text(
        std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
  }

  void attribute_named(std::string_view name, const std::variant<std::string, std::int64_t>& of) {
    raw(R"({"key":)");
    text(name);
    if (const auto* const words = std::get_if<std::string>(&of)) {
      raw(R"(,"value":{"stringValue":)");
      text(*words);
    } else {
      raw(R"(,"value":{"intValue":)");
      number_text(std::get<std::int64_t>(of));
    }
    raw("}}");
  }

 private:
  void character(char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_.push_back('\\');
      out_.push_back(c);
    } else if (byte < 0x20 || byte == 0x7F) {
      out_.append("\\u00");
      out_.push_back(hex[byte >> 4U]);
      out_.push_back(hex[byte & 15U]);
    } else {
      out_.push_back(c);
    }
  }

  std::string& out_;
};

// SpanFlags: beside those of the context, that it is known whether the parent is remote, and that
// it is.
unsigned flags_of(const span& one) {
  constexpr unsigned known = 0x100;
  constexpr unsigned remote = 0x200;
  return one.context.flags | known | (one.remote_parent ? remote : 0U);
}

void write_span(writer& to, const span& one) {
  to.raw(R"({"traceId":)");
  to.text(view_of(text_of(one.context.trace)));
  to.raw(R"(,"spanId":)");
  to.text(view_of(text_of(one.context.span)));
  if (!one.state.empty()) {
    to.raw(R"(,"traceState":)");
    to.text(one.state);
  }
  if (one.parent.is_set()) {
    to.raw(R"(,"parentSpanId":)");
    to.text(view_of(text_of(one.parent)));
  }
  to.raw(R"(,"flags":)");
  to.raw(std::to_string(flags_of(one)));
  to.raw(R"(,"name":)");
  to.text(one.name);
  to.raw(R"(,"kind":)");
  to.raw(std::to_string(static_cast<unsigned>(one.kind)));
  to.raw(R"(,"startTimeUnixNano":)");
  to.time(one.begun);
  to.raw(R"(,"endTimeUnixNano":)");
  to.time(one.ended);
  to.raw(R"(,"attributes":[)");
  bool first = true;
  for (const auto& [name, value] : one.attributes) {
    if (!first) to.raw(",");
    first = false;
    to.attribute_named(name, value);
  }
  // STATUS_CODE_ERROR, and else unset.
  to.raw(one.failed ? R"(],"status":{"code":2}})" : R"(],"status":{}})");
}

}  // namespace

std::string to_otlp_json(const resource& of, std::span<const span> spans) {
  constexpr std::size_t likely = 1024;
  std::string out;
  out.reserve(likely * (spans.size() + 1));
  writer to{out};
  to.raw(R"({"resourceSpans":[{"resource":{"attributes":[)");
  to.attribute_named("service.name", of.service_name);
  to.raw(",");
  to.attribute_named("service.version", of.service_version);
  to.raw(R"(]},"scopeSpans":[{"scope":{"name":"latchkey","version":)");
  to.text(of.service_version);
  to.raw(R"(},"spans":[)");
  bool first = true;
  for (const auto& one : spans) {
    if (!first) to.raw(",");
    first = false;
    write_span(to, one);
  }
  to.raw("]}]}]}");
  return out;
}

}  // namespace latchkey::trace
