// Tables of metrics: a row names a family, says what it means, and where its value is in a struct
// of figures. The page and the documentation are written from the same rows. Not for the text
// format (metrics_text), nor for counting.
#pragma once

#include <latchkey/app/metrics_text.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace latchkey::app {

enum class metric_type : std::uint8_t { counter, gauge, histogram };

std::string_view to_string(metric_type type);

// What a row says without its figures. The texts have static storage.
struct metric_info {
  std::string_view name;
  metric_type type = metric_type::gauge;
  std::string_view help;    // on the page
  std::string_view doc;     // in the documentation, in Markdown; empty: the help
  std::string_view labels;  // names in Markdown, beside those that all rows of the table have
};

template <class Stats>
struct metric_row {
  std::string_view name;
  metric_type type;
  std::string_view help;
  // Writes the samples of the family: sample_of<&Stats::member>, or a function of one's own where
  // there are several. The labels given come before its own.
  void (*write)(metrics_text& out, const Stats& of, metrics_text::labels with);
  std::string_view doc = {};
  std::string_view labels = {};

  metric_info info() const { return {name, type, help, doc, labels}; }
};

// Figures, and the labels that tell them from others of their kind.
template <class Stats>
struct metric_source {
  const Stats& figures;
  std::vector<metric_label> labels = {};
};

namespace detail {

template <class Number>
  requires std::is_arithmetic_v<Number>
void write_number(metrics_text& out, Number value, metrics_text::labels with) {
  out.sample(value, with);
}

template <class Rep, class Period>
void write_number(metrics_text& out, std::chrono::duration<Rep, Period> value,
                  metrics_text::labels with) {
  out.sample(std::chrono::duration<double>{value}.count(), with);
}

template <class Clock, class Duration>
void write_number(metrics_text& out, std::chrono::time_point<Clock, Duration> value,
                  metrics_text::labels with) {
  write_number(out, value.time_since_epoch(), with);
}

template <class Value>
void write_number(metrics_text& out, const std::optional<Value>& value, metrics_text::labels with) {
  if (value) write_number(out, *value, with);
}

}  // namespace detail

// One sample: a member, or what a function makes of the figures. Times are in seconds, true is 1;
// there is none where an optional has no value.
template <auto Value, class Stats>
void sample_of(metrics_text& out, const Stats& of, metrics_text::labels with) {
  detail::write_number(out, std::invoke(Value, of), with);
}

std::vector<metric_label> with_label(metrics_text::labels with, metric_label more);

void begin_family(metrics_text& out, const metric_info& of);

template <class Stats>
void write_table(metrics_text& out, std::span<const metric_row<Stats>> rows,
                 std::span<const metric_source<Stats>> sources) {
  for (const auto& row : rows) {
    begin_family(out, row.info());
    for (const auto& one : sources) row.write(out, one.figures, one.labels);
  }
}

template <class Stats>
void write_table(metrics_text& out, std::span<const metric_row<Stats>> rows, const Stats& of) {
  const metric_source<Stats> alone{of};
  write_table(out, rows, std::span<const metric_source<Stats>>{&alone, 1});
}

// For a table of the documentation.
template <class Stats>
void append_info(std::vector<metric_info>& to, std::span<const metric_row<Stats>> rows) {
  for (const auto& row : rows) to.push_back(row.info());
}

}  // namespace latchkey::app
