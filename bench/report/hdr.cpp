#include "report/hdr.hpp"

#include "common/durations.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <zlib.h>

namespace latchkey::bench::report {
namespace {

constexpr std::uint32_t encoding_cookie = 0x1c849303 | 0x10;
constexpr std::uint32_t compressed_cookie = 0x1c849304 | 0x10;
constexpr double nanoseconds_in_millisecond = 1e6;

// Big endian, as the format has all numbers of fixed width.
template <class Number>
void put(std::string& out, Number value) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift);
  }
}

// A signed number in groups of seven bits, the lowest first; the ninth byte holds eight.
void put_zig_zag(std::string& out, std::int64_t value) {
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (int i = 0; i < 8 && rest >= 0x80; ++i, rest >>= 7) {
    out += static_cast<char>((rest & 0x7f) | 0x80);
  }
  out += static_cast<char>(rest);
}

// Counts one after the other; so many empty classes in a row as one negative number.
std::string counts_of(const load::histogram& of) {
  std::string out;
  const auto classes = of.classes();
  for (std::size_t i = 0; i < classes.size();) {
    if (classes[i] != 0) {
      put_zig_zag(out, static_cast<std::int64_t>(classes[i++]));
      continue;
    }
    std::int64_t empty = 0;
    for (; i < classes.size() && classes[i] == 0; ++i) ++empty;
    put_zig_zag(out, empty == 1 ? 0 : -empty);
  }
  return out;
}

std::string encoded(const load::histogram& of) {
  const auto counts = counts_of(of);
  std::string out;
  put(out, encoding_cookie);
  put(out, static_cast<std::uint32_t>(counts.size()));
  put(out, std::uint32_t{0});  // no shift of the indices
  put(out, static_cast<std::uint32_t>(load::histogram::digits));
  put(out, std::uint64_t{1});  // the lowest value told from 0
  put(out, load::histogram::highest_nanoseconds);
  put(out, std::bit_cast<std::uint64_t>(1.0));  // of integers to doubles
  return out + counts;
}

std::string deflated(const std::string& text) {
  auto size = ::compressBound(static_cast<uLong>(text.size()));
  std::string out(size, '\0');
  const auto status =
      ::compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                  reinterpret_cast<const Bytef*>(text.data()), static_cast<uLong>(text.size()), 9);
  if (status != Z_OK) throw std::runtime_error{"zlib could not compress a histogram"};
  out.resize(size);
  return out;
}

std::string base64(const std::string& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

struct moments {
  double mean = 0;
  double deviation = 0;
};

// Of the middles of the classes, in nanoseconds, as HdrHistogram has it.
moments moments_of(const load::histogram& of) {
  const auto classes = of.classes();
  const auto all = static_cast<double>(of.count());
  if (all == 0) return {};
  const auto over_all = [&](auto value) {
    double sum = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (classes[i] == 0) continue;
      const auto width = load::end_of_class(i) - load::begin_of_class(i) + 1;
      sum += static_cast<double>(classes[i]) *
             value(static_cast<double>(load::begin_of_class(i) + width / 2));
    }
    return sum / all;
  };
  moments made;
  made.mean = over_all([](double middle) { return middle; });
  made.deviation = std::sqrt(
      over_all([&](double middle) { return (middle - made.mean) * (middle - made.mean); }));
  return made;
}

// A line for each step of percentiles, of which there are five to each halving of what is left.
std::string percentile_lines(const load::histogram& of) {
  constexpr double steps_each = 5;
  std::string text;
  const auto classes = of.classes();
  const auto all = static_cast<double>(of.count());
  double next = 0;  // percent
  double seen = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] == 0) continue;
    seen += static_cast<double>(classes[i]);
    const auto value = static_cast<double>(load::end_of_class(i)) / nanoseconds_in_millisecond;
    while (next <= 100 * seen / all) {
      if (seen == all) {
        // The last value stands for all that is left.
        if (next < 100) {
          text += fmt::format("{:12.3f} {:2.12f} {:10.0f} {:14.2f}\n", value, next / 100, seen,
                              1 / (1 - next / 100));
        }
        text += fmt::format("{:12.3f} {:2.12f} {:10.0f}\n", value, 1.0, seen);
        return text;
      }
      text += fmt::format("{:12.3f} {:2.12f} {:10.0f} {:14.2f}\n", value, next / 100, seen,
                          1 / (1 - next / 100));
      const auto halvings = std::floor(std::log2(100 / (100 - next))) + 1;
      next += 100 / (steps_each * std::pow(2, halvings));
    }
  }
  return text;
}

}  // namespace

std::string hdr_encoded(const load::histogram& of) {
  const auto body = deflated(encoded(of));
  std::string out;
  put(out, compressed_cookie);
  put(out, static_cast<std::uint32_t>(body.size()));
  return base64(out + body);
}

std::string hdr_log(const run_report& run) {
  std::string text = "#[Histogram log format version 1.3]\n";
  text += fmt::format("#[latchkey-bench load, begun {}; nanoseconds, maxima in ms]\n", run.started);
  text +=
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
      "\"Interval_Compressed_Histogram\"\n";
  const auto line = [&](const char* tag, const load::histogram& of) {
    text += fmt::format("{}0.000,{:.3f},{:.3f},{}\n", tag, run.seconds, in_milliseconds(of.max()),
                        hdr_encoded(of));
  };
  line("", run.latency);
  line("Tag=service,", run.service);
  return text;
}

std::string hdr_percentiles(const load::histogram& of) {
  std::string text = fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile",
                                 "TotalCount", "1/(1-Percentile)");
  text += percentile_lines(of);
  const auto about = moments_of(of);
  text += fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n",
                      about.mean / nanoseconds_in_millisecond,
                      about.deviation / nanoseconds_in_millisecond);
  text += fmt::format("#[Max     = {:12.3f}, Total count    = {:12}]\n", in_milliseconds(of.max()),
                      of.count());
  text += fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n", load::histogram::buckets,
                      load::histogram::sub_buckets);
  return text;
}

}  // namespace latchkey::bench::report
