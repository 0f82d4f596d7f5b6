// The pieces that lines of the log are made of: times, texts and numbers, as JSON or as words. Not
// for what a line says.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/core/time.hpp>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::app {

// Where a line is made: most fit without asking for memory.
using line_buffer = fmt::basic_memory_buffer<char, 768>;

inline void append(line_buffer& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

inline boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

// Needs no quotes in a line of words.
bool is_plain_word(std::string_view text);

// JSON in which nothing is left that a terminal heeds.
std::string escaped(const boost::json::value& of);

// "2026-11-23T18:00:00.123Z"
void append_time(line_buffer& out, core::wall_time at);

// Adds fields to a line, each behind those before it.
class field_writer {
 public:
  field_writer(line_buffer& out, log_format format)
      : out_{out}, json_{format == log_format::json} {}

  void add(std::string_view name, std::string_view text);
  void add(std::string_view name, std::int64_t number);

 private:
  void begin(std::string_view name);

  line_buffer& out_;
  bool json_;
};

}  // namespace latchkey::app
