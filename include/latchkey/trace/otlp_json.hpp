// Spans as OTLP/HTTP takes them in JSON: an ExportTraceServiceRequest of one resource and one scope
// (opentelemetry.io/docs/specs/otlp, JSON Protobuf Encoding). Pure. Not for sending: exporter.
#pragma once

#include <latchkey/trace/span.hpp>

#include <span>
#include <string>

namespace latchkey::trace {

// Whose spans they are.
struct resource {
  std::string service_name;
  std::string service_version;

  bool operator==(const resource&) const = default;
};

// Bytes that are not UTF-8 become U+FFFD.
std::string to_otlp_json(const resource& of, std::span<const span> spans);

}  // namespace latchkey::trace
