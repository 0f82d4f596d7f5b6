#include <latchkey/app/metrics_text.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>

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

constexpr std::string_view total = "_total";

// OpenMetrics has the unit in the name; empty where it is none of those used here.
std::string_view unit_of(std::string_view family) {
  if (family.ends_with("_seconds")) return "seconds";
  if (family.ends_with("_bytes")) return "bytes";
  return {};
}

// `quoted`: quotation marks, too, as in labels; OpenMetrics has them so in a help as well.
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

bool is_known_version(std::string_view parameters) {
  constexpr std::string_view name = "version";
  while (!parameters.empty()) {
    auto one = http::take_element(parameters, ';');
    const auto key = http::take_element(one, '=');
    if (!http::same_name(key, name)) continue;
    const auto version = http::trim(one, "\" ");
    return version == "1.0.0" || version == "0.0.1";
  }
  return true;
}

}  // namespace

std::string_view content_type_of(metrics_format format) {
  if (format == metrics_format::openmetrics) {
    return "application/openmetrics-text; version=1.0.0; charset=utf-8";
  }
  return "text/plain; version=0.0.4; charset=utf-8";
}

metrics_format format_wanted(std::string_view accept) {
  double open = 0;
  double plain = 0;
  while (!accept.empty()) {
    auto range = http::take_element(accept, ',');
    const auto type = http::take_element(range, ';');
    const auto quality = http::weight_of(range);
    if (http::same_name(type, "application/openmetrics-text") && is_known_version(range)) {
      open = std::max(open, quality);
    }
    if (http::same_name(type, "text/plain")) plain = std::max(plain, quality);
  }
  return open > 0 && open >= plain ? metrics_format::openmetrics : metrics_format::prometheus;
}

void metrics_text::counter(std::string_view name, std::string_view help) {
  if (!name.ends_with(total)) refuse(name, "a counter ends in _total");
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
    write_line("_bucket", with, bound_text(bounds[i]), text_of(below));
  }
  const auto all = text_of(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  write_line("_bucket", with, "+Inf", all);
  write_line("_sum", with, {}, text_of(sum));
  write_line("_count", with, {}, all);
}

// OpenMetrics has bounds as numbers with a point or an exponent, so that they read the same to all.
std::string metrics_text::bound_text(double bound) const {
  auto text = text_of(bound);
  const bool whole = text.find_first_of(".e") == text.npos;
  if (format_ == metrics_format::openmetrics && whole) text += ".0";
  return text;
}

std::string metrics_text::finish() && {
  if (format_ == metrics_format::openmetrics) text_ += "# EOF\n";
  return std::move(text_);
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
  const bool open = format_ == metrics_format::openmetrics;
  const auto bare = name.ends_with(total) ? name.substr(0, name.size() - total.size()) : name;
  if (!families_.emplace(bare).second) refuse(name, "is there twice");
  const auto shown = open && type == "counter" ? bare : name;
  family_ = name;
  buckets_ = false;
  series_.clear();
  text_.append("# HELP ").append(shown).append(" ").append(escaped(help, open)).append("\n");
  text_.append("# TYPE ").append(shown).append(" ").append(type).append("\n");
  const auto unit = open ? unit_of(shown) : std::string_view{};
  if (!unit.empty()) text_.append("# UNIT ").append(shown).append(" ").append(unit).append("\n");
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
