#include "report/chart.hpp"

#include "common/page.hpp"
#include "common/text_table.hpp"

#include <latchkey/http/html.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace latchkey::bench::report {
namespace {

constexpr double width = 560;
constexpr double height = 250;
constexpr double left = 64;
constexpr double right = 16;
constexpr double top = 18;
constexpr double bottom = 48;
constexpr double event_distance = 15;  // of their numbers

struct reach {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();

  void take(double value) {
    min = std::min(min, value);
    max = std::max(max, value);
  }
  bool empty() const { return !(min <= max); }
};

struct tick {
  double at = 0;  // on the axis
  std::string text;
};

struct axis {
  double from = 0;
  double to = 1;
  std::vector<tick> ticks;

  double share(double value) const { return (value - from) / (to - from); }
};

double on_x(const chart& drawn, double value) {
  if (drawn.x == chart::over::seconds) return value;
  // 90 % lies as far from 0 as 99 % from 90 %, and the whole beyond all that is drawn.
  return value < 1 ? -std::log10(1 - value) : std::numeric_limits<double>::infinity();
}

double on_y(const chart& drawn, double value) {
  return drawn.logarithmic ? std::log10(value) : value;
}

bool shown(const chart& drawn, double value) {
  return std::isfinite(value) && (!drawn.logarithmic || value > 0);
}

std::string y_text(const chart& drawn, double value) {
  if (drawn.y == chart::unit::duration) {
    if (value < 0.9995e-3) return fmt::format("{:.4g} us", value * 1e6);
    return value < 0.9995 ? fmt::format("{:.4g} ms", value * 1e3) : fmt::format("{:.4g} s", value);
  }
  return value < 10 && value != std::floor(value) ? decimals(value, 1) : grouped(value);
}

// 1, 2 or 5 times a power of ten, so that some `wanted` fit into the length.
double step_for(double length, double wanted) {
  const auto rough = length / wanted;
  const auto power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

axis linear_axis(double from, double to, double wanted, double min_step) {
  axis made;
  const auto step = std::max(step_for(std::max(to - from, 1e-12), wanted), min_step);
  made.from = std::floor(from / step) * step;
  made.to = std::max(std::ceil(to / step) * step, made.from + step);
  for (auto at = made.from; at < made.to + step / 2; at += step) made.ticks.push_back({at, {}});
  return made;
}

axis y_axis(const chart& drawn, const reach& of) {
  if (!drawn.logarithmic) {
    auto made = linear_axis(0, std::max(of.max, 1e-9), 4, drawn.y == chart::unit::count ? 1 : 0);
    for (auto& one : made.ticks) one.text = y_text(drawn, one.at);
    return made;
  }
  axis made;
  made.from = std::floor(of.min * 3) / 3;
  made.to = std::max(std::ceil(of.max * 3) / 3, made.from + 1.0 / 3);
  for (auto power = std::floor(made.from); power <= made.to; ++power) {
    const bool wide = made.to - made.from > 3;
    for (const double factor : {1.0, 2.0, 5.0}) {
      const auto at = power + std::log10(factor);
      if (at < made.from - 1e-9 || at > made.to + 1e-9 || (wide && factor > 1)) continue;
      made.ticks.push_back({at, y_text(drawn, std::pow(10, at))});
    }
  }
  return made;
}

axis x_axis(const chart& drawn, const reach& of) {
  if (drawn.x == chart::over::seconds) {
    auto made = linear_axis(0, std::max(of.max, 1e-3), 6, 0);
    made.to = std::max(of.max, 1e-3);
    std::erase_if(made.ticks, [&](const tick& one) { return one.at > made.to + 1e-9; });
    for (auto& one : made.ticks) one.text = fmt::format("{:.6g} s", one.at);
    return made;
  }
  axis made;
  made.to = std::max(of.max, 1.0);
  constexpr std::array<std::pair<double, const char*>, 7> all{{{0, "0%"},
                                                               {0.5, "50%"},
                                                               {0.9, "90%"},
                                                               {0.99, "99%"},
                                                               {0.999, "99.9%"},
                                                               {0.9999, "99.99%"},
                                                               {0.99999, "99.999%"}}};
  for (const auto& [share, text] : all) {
    const auto at = on_x(drawn, share);
    if (at <= made.to + 1e-9) made.ticks.push_back({at, text});
  }
  return made;
}

struct frame {
  axis x;
  axis y;

  double px(double at) const { return left + x.share(std::min(at, x.to)) * (width - left - right); }
  double py(double at) const { return height - bottom - y.share(at) * (height - top - bottom); }
};

std::string grid_of(const frame& in) {
  std::string text;
  for (const auto& one : in.y.ticks) {
    const auto at = in.py(one.at);
    text += fmt::format(
        "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"axis\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        left, width - right, at, at, left - 8, at + 4, http::escape_html(one.text));
  }
  for (const auto& one : in.x.ticks) {
    text +=
        fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                    in.px(one.at), height - bottom + 18, http::escape_html(one.text));
  }
  return text;
}

std::string events_of(const chart& drawn, const frame& in) {
  std::string text;
  std::size_t number = 0;
  double beside = 0;  // where the next number can stand
  for (const auto& one : drawn.events) {
    ++number;
    if (one.at < in.x.from || one.at > in.x.to) continue;
    const auto at = in.px(on_x(drawn, one.at));
    const auto place = std::max(at, beside);
    beside = place + event_distance;
    text += fmt::format(
        "<line class=\"event\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"><title>{3}"
        "</title></line><text class=\"axis\" x=\"{4:.1f}\" y=\"{5}\" text-anchor=\"middle\">{6}"
        "</text>\n",
        at, top, height - bottom, http::escape_html(one.what), place, top - 5, number);
  }
  return text;
}

std::string line_of(const chart& drawn, const curve& one, const frame& in) {
  std::string path;
  bool pen_up = true;
  for (const auto& [x, y] : one.points) {
    if (!shown(drawn, y)) {
      pen_up = true;
      continue;
    }
    path += fmt::format("{}{:.1f} {:.1f}", pen_up ? 'M' : 'L', in.px(on_x(drawn, x)),
                        in.py(on_y(drawn, y)));
    // A point alone would have no length.
    if (pen_up) path += "h.1";
    pen_up = false;
  }
  return fmt::format("<path class=\"curve {}\" d=\"{}\"/>\n", http::escape_html(one.look), path);
}

std::string legend_of(const chart& drawn) {
  auto at = left + 6;
  std::string text;
  for (const auto& one : drawn.curves) {
    text += fmt::format(
        "<line class=\"curve {}\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/>"
        "<text class=\"axis\" x=\"{:.1f}\" y=\"{}\">{}</text>\n",
        http::escape_html(one.look), at, at + 18, height - 10, height - 10, at + 24, height - 6,
        http::escape_html(one.name));
    at += 44 + 6.6 * static_cast<double>(one.name.size());
  }
  return text;
}

}  // namespace

std::string svg_of(const chart& drawn) {
  reach of_x;
  reach of_y;
  for (const auto& one : drawn.curves) {
    for (const auto& [x, y] : one.points) {
      if (!shown(drawn, y)) continue;
      if (std::isfinite(on_x(drawn, x))) of_x.take(on_x(drawn, x));
      of_y.take(on_y(drawn, y));
    }
  }
  if (of_x.empty()) return {};
  const frame in{x_axis(drawn, of_x), y_axis(drawn, of_y)};
  auto text = svg_begin(drawn.title, width, height);
  text += grid_of(in) + events_of(drawn, in);
  for (const auto& one : drawn.curves) text += line_of(drawn, one, in);
  return text + legend_of(drawn) + svg_end();
}

}  // namespace latchkey::bench::report
