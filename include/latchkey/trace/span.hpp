// What is recorded of a piece of work, as OpenTelemetry has it: names, times, attributes. Texts are
// bounded. Never holds a token, a claim or a query. Not for sending it: otlp_json, exporter.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/trace/context.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace latchkey::trace {

// With the numbers that OTLP has.
enum class span_kind : std::uint8_t { server = 2, client = 3 };

struct attribute {
  std::string_view name;  // with static storage
  std::variant<std::string, std::int64_t> value;

  bool operator==(const attribute&) const = default;
};

// Bytes of a text that comes from a client; the rest of a longer one is left out.
inline constexpr std::size_t max_text_bytes = 1024;

struct span {
  span_context context;
  span_id parent;              // not set: it begins the trace
  bool remote_parent = false;  // which is another process's
  std::string state;           // as in tracestate
  span_kind kind = span_kind::server;
  std::string name;
  core::wall_time begun;
  core::wall_time ended;
  std::vector<attribute> attributes;
  bool failed = false;

  void add(std::string_view attribute_name, std::string_view text,
           std::size_t most = max_text_bytes);
  void add_number(std::string_view attribute_name, std::int64_t number);
};

// Where spans go that have ended.
class span_sink {
 public:
  virtual ~span_sink() = default;
  // On the thread that the span is of; nobody is waited for.
  virtual void add(span&& ended) = 0;
};

}  // namespace latchkey::trace
