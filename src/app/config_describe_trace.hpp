// The keys of [trace]: a part of config_describe, which says how it is read.
#pragma once

#include "config_describe_issuer.hpp"
#include "config_names.hpp"

#include <latchkey/app/config.hpp>

#include <chrono>

namespace latchkey::app {

template <class Visitor>
void describe(Visitor& visit, trace_header_config& header) {
  visit.value("name", header.name,
              rule::text{{.required = true},
                         "the name of an HTTP field that the client does not set itself",
                         rule::is_own_field},
              "Name of the field, such as `Authorization`; none that the client sets itself.");
  describe_field_value(
      visit, header,
      "File that holds the value, in one line of at most 16 KiB. Read anew for each batch.");
}

// The table turns on what it is about, wherever `enabled` does not say otherwise.
inline void take_presence(trace_config& trace) {
  trace.enabled = true;
}

template <class Visitor>
void describe(Visitor& visit, trace_config& trace) {
  using namespace std::chrono_literals;
  visit.value(
      "enabled", trace.enabled, rule::flag{},
      "Whether requests are traced; where it is not set, they are if there is a `[trace]`.");
  visit.value("propagate", trace.propagate, rule::flag{},
              "Continue the trace that a request names in `traceparent`, and tell upstreams of it. "
              "Without, each request begins a trace of its own, and upstreams are told of none.");
  visit.value("sample", trace.sample, rule::fraction{},
              "The share of requests that is recorded, 0 to 1. What a peer of "
              "`server.trusted_proxies` says of its trace goes before.");
  visit.value(
      "endpoint", trace.endpoint,
      rule::text{
          {}, "an https or http URL, without user or fragment", rule::is_web_url, true, "URL"},
      "Where spans are sent by POST: OTLP/HTTP in JSON. Empty: none is recorded.");
  visit.value(
      "allow_http", trace.allow_http, rule::flag{},
      "Whether `endpoint` may be http on another machine. Whoever is on the way can read the "
      "spans, and the fields of `[[trace.header]]`.");
  visit.value("ca_file", trace.ca_file, rule::authorities_file,
              "PEM file with the authorities to trust for the collector; empty: those of this "
              "machine.");
  visit.value("service_name", trace.service_name,
              rule::text{{}, "a name without control characters", rule::is_identifier},
              "`service.name` of the spans.");
  visit.value("queue", trace.queue, rule::between(1, 1'000'000),
              "Spans that may wait to be sent, all threads together; further ones are dropped and "
              "counted.");
  visit.value("batch", trace.batch, rule::between(1, 10'000), "Spans that are sent at once.");
  visit.value("interval", trace.interval, rule::lasting(100ms, 1h),
              "After which spans are sent though they are fewer than `batch`.");
  visit.value("timeout", trace.timeout, rule::lasting(1ms, 1min),
              "For the collector to take a batch, connecting included.");
  visit.sections(
      "header", trace.headers,
      {.doc = "A field sent to the collector, such as for its authorization.", .max_items = 16});
}

}  // namespace latchkey::app
