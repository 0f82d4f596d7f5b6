// The options of `latchkey-bench compare`, and their validation. Not for parsing a command line:
// that is cli.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench {

struct compare_options {
  std::vector<std::string> contenders;  // to compare with, by name; empty: all there are
  std::vector<std::string> only;        // names of parts; empty: all
  unsigned rounds = 3;
  double seconds = 3;  // of each run of each contender in each round
  unsigned connections = 64;
  unsigned distinct_tokens = 4000;
  unsigned hot_tokens = 16;
  unsigned idle_connections = 1000;
  unsigned many_connections = 5000;   // that a request should cost the same with
  std::vector<std::string> settings;  // KEY=VALUE, of latchkey's configuration
  std::string html;                   // the file of the page; empty: none
  bool json = false;

  bool operator==(const compare_options&) const = default;
};

namespace compare {

enum class contender : std::uint8_t { latchkey, haproxy, fastapi, nginx, hello };

// In the order in which they are shown.
std::vector<contender> all_contenders();
std::string_view name_of(contender one);
std::optional<contender> contender_named(std::string_view name);

// The parts of the comparison. The last one is of latchkey alone.
enum class part : std::uint8_t { distinct, hot, handshakes, idle, connections, workers };

std::vector<part> all_parts();
std::string_view name_of(part one);
std::optional<part> part_named(std::string_view name);

// Those to be run: latchkey first, then each that was asked for, once, in the order shown.
std::vector<contender> wanted_contenders(const compare_options& options);
bool wants(const compare_options& options, part one);
// Whether it was named, so that its absence is an error.
bool was_named(const compare_options& options, contender one);

// The command line that asks for the same; without the files that are written.
std::string command_of(const compare_options& options);

}  // namespace compare
}  // namespace latchkey::bench
