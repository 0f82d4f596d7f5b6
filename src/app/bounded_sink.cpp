#include <latchkey/app/bounded_sink.hpp>

#include <spdlog/formatter.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

using base = spdlog::sinks::base_sink<spdlog::details::null_mutex>;

char digit_of(spdlog::level::level_enum level) {
  return static_cast<char>('0' + static_cast<int>(level));
}

line_writer::settings writer_settings(bool levels, std::function<std::string(std::uint64_t)> lost) {
  line_writer::settings how;
  how.complain = complain_on_stderr;
  how.lost = std::move(lost);
  if (levels) {
    how.lost = [plain = std::move(how.lost)](std::uint64_t count) {
      return digit_of(spdlog::level::warn) + plain(count);
    };
  }
  return how;
}

}  // namespace

bounded_sink::bounded_sink(std::string name, std::unique_ptr<line_target> target,
                           std::function<std::string(std::uint64_t)> lost)
    : name_{std::move(name)}, writer_{[&] {
        const bool levels = target->takes_levels();
        return line_writer{std::move(target), writer_settings(levels, std::move(lost))};
      }()} {}

void bounded_sink::sink_it_(const spdlog::details::log_msg& message) {
  const auto level = digit_of(message.level);
  if (!formats_) {
    writer_.write({message.payload.data(), message.payload.size()}, level);
    return;
  }
  spdlog::memory_buf_t text;
  {
    const std::lock_guard lock{formatting_};
    formatter_->format(message, text);
  }
  std::string_view line{text.data(), text.size()};
  while (line.ends_with('\n')) line.remove_suffix(1);
  // One message is one line.
  std::replace(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(line.size()), '\n', ' ');
  writer_.write(line, level);
}

void bounded_sink::set_formatter_(std::unique_ptr<spdlog::formatter> chosen) {
  const std::lock_guard lock{formatting_};
  base::set_formatter_(std::move(chosen));
  formats_ = true;
}

}  // namespace latchkey::app
