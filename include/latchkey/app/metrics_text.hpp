// Writes the Prometheus text exposition format, version 0.0.4, or OpenMetrics 1.0. Not for
// counting: the numbers are somebody else's.
#pragma once

#include <concepts>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace latchkey::app {

struct metric_label {
  std::string_view name;
  std::string_view value;  // UTF-8
};

enum class metrics_format : std::uint8_t { prometheus, openmetrics };

std::string_view content_type_of(metrics_format format);

// What an Accept field value (RFC 9110 section 12.5.1) asks for: OpenMetrics where it names that
// type, of a version that is written here, with no less weight than plain text.
metrics_format format_wanted(std::string_view accept);

// Families one after the other, each with its samples. What a scraper would refuse the whole page
// for is a fault of the program and throws std::invalid_argument: a name or label name outside the
// grammar, a family twice, the same sample twice, a sample outside a family of its type. To
// OpenMetrics a counter's family is its name without _total, so that "a_total" and "a" are one.
class metrics_text {
 public:
  using labels = std::span<const metric_label>;

  explicit metrics_text(metrics_format format = metrics_format::prometheus) : format_{format} {}

  // Begin a family. The name of a counter ends in _total.
  void counter(std::string_view name, std::string_view help);
  void gauge(std::string_view name, std::string_view help);
  void histogram(std::string_view name, std::string_view help);

  // A sample of the counter or gauge begun last. Whole numbers are written in full.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  void sample(Number value, labels with = {}) {
    if constexpr (std::unsigned_integral<Number>) {
      write_sample(text_of(std::uint64_t{value}), with);
    } else {
      write_sample(text_of(static_cast<double>(value)), with);
    }
  }

  // A sample of the histogram begun last. `counts[i]` is how many were above `bounds[i - 1]` and
  // not above `bounds[i]`; a last one more than there are bounds is of those above all. The bounds
  // rise. `sum` is that of all that was observed.
  void buckets(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum,
               labels with = {});

  // The page so far.
  const std::string& text() const { return text_; }
  // The page, which ends here.
  std::string finish() &&;

 private:
  static std::string text_of(std::uint64_t value);
  static std::string text_of(double value);

  void begin(std::string_view name, std::string_view help, std::string_view type);
  void write_sample(const std::string& value, labels with);
  void write_line(std::string_view suffix, labels with, std::string_view bound,
                  const std::string& value);

  std::string bound_text(double bound) const;

  metrics_format format_;
  std::string text_;
  std::string family_;
  bool buckets_ = false;  // the family is a histogram
  std::set<std::string, std::less<>> families_;
  std::set<std::string, std::less<>> series_;  // of this family
};

}  // namespace latchkey::app
