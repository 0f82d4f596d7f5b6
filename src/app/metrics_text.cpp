#include <latchkey/app/metrics_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace latchkey::app {
namespace {

[[noreturn]] void refuse(std::string_view name, const char* why) {
  throw std::invalid_argument{"metric \"" + std::string{name} + "\": " + why};
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// [a-zA-Z_][a-zA-Z0-9_]*, for families and labels alike: colons are for recording rules.
bool is_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string escaped(std::string_view text, bool quoted) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quoted && c == '"')) out += '\\';
      out += c;
    }
  }
  return out;
}

void append_label(std::string& to, std::string_view name, std::string_view value) {
  to += to.empty() ? '{' : ',';
  to.append(name).append("=\"").append(escaped(value, true)).append("\"");
}

}  // namespace

void metrics_text::counter(std::string_view name, std::string_view help) {
  if (!name.ends_with("_total")) refuse(name, "a counter ends in _total");
  begin(name, help, "counter");
}

void metrics_text::gauge(std::string_view name, std::string_view help) {
  begin(name, help, "gauge");
}

void metrics_text::histogram(std::string_view name, std::string_view help) {
  begin(name, help, "histogram");
  buckets_ = true;
}

void metrics_text::buckets(std::span<const double> bounds, std::span<const std::uint64_t> counts,
                           double sum, labels with) {
  if (!buckets_) refuse(family_, "is no histogram");
  if (counts.size() != bounds.size() && counts.size() != bounds.size() + 1) {
    refuse(family_, "has not as many counts as buckets");
  }
  // Written so that a bound that is no number is refused, too.
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i]) || (i > 0 && !(bounds[i] > bounds[i - 1]))) {
      refuse(family_, "has bounds that do not rise");
    }
  }
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    below += counts[i];
    write_line("_bucket", with, text_of(bounds[i]), text_of(below));
  }
  const auto all = text_of(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  write_line("_bucket", with, "+Inf", all);
  write_line("_sum", with, {}, text_of(sum));
  write_line("_count", with, {}, all);
}

std::string metrics_text::text_of(std::uint64_t value) {
  return std::to_string(value);
}

std::string metrics_text::text_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // The shortest text that reads back as the same number.
  std::array<char, 32> room{};
  const auto written = std::to_chars(room.data(), room.data() + room.size(), value);
  return {room.data(), written.ptr};
}

void metrics_text::begin(std::string_view name, std::string_view help, std::string_view type) {
  if (!is_name(name)) refuse(name, "is no name of a metric");
  if (!families_.emplace(name).second) refuse(name, "is there twice");
  family_ = name;
  buckets_ = false;
  series_.clear();
  text_.append("# HELP ").append(name).append(" ").append(escaped(help, false)).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void metrics_text::write_sample(const std::string& value, labels with) {
  if (family_.empty() || buckets_) refuse(family_, "is no counter or gauge");
  write_line({}, with, {}, value);
}

void metrics_text::write_line(std::string_view suffix, labels with, std::string_view bound,
                              const std::string& value) {
  std::string listed;
  std::set<std::string_view> names;
  for (const auto& one : with) {
    // Two underscores are Prometheus's own, `le` is a bucket's bound.
    if (!is_name(one.name) || one.name.starts_with("__") || (buckets_ && one.name == "le")) {
      refuse(family_, "has a label of a name that cannot be");
    }
    if (!names.insert(one.name).second) refuse(family_, "has a label twice");
    append_label(listed, one.name, one.value);
  }
  if (!bound.empty()) append_label(listed, "le", bound);
  auto series = family_;
  series.append(suffix).append(listed).append(listed.empty() ? "" : "}");
  if (!series_.insert(series).second) refuse(family_, "has the same sample twice");
  text_.append(series).append(" ").append(value).append("\n");
}

}  // namespace latchkey::app
