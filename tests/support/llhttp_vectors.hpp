// The vectors of llhttp: Markdown with a block of bytes and a log of what llhttp makes of them for
// each case. Not for judging: that is with the tests.
#pragma once

#include "support/vectors.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::support {

// C escapes: \r \n \t \f \xNN; what is not one of them stays.
inline std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    const auto known = std::string_view{"rntf"}.find(next);
    if (next != '\0' && known != std::string_view::npos) {
      plain.push_back("\r\n\t\f"[known]);
      ++i;
    } else if (next == 'x' && i + 3 < text.size()) {
      plain.push_back(
          static_cast<char>(std::stoi(std::string{text.substr(i + 2, 2)}, nullptr, 16)));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

// One ```http block of the vectors with what the log behind it says.
struct llhttp_block {
  std::string name;  // file and heading
  std::string type;  // "request", "response", or the leniency that is asked for
  std::string bytes;
  std::optional<std::string> error;  // the reason llhttp gives
};

// The blocks' own notation: a line's end is CR LF, and a backslash before it joins the lines.
inline std::string bytes_of_block(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  std::string all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
    } else if (text[i] == '\n') {
      all += "\r\n";
    } else {
      all.push_back(text[i]);
    }
  }
  return unescape(all);
}

inline std::string between(const std::string& line, std::string_view start, char end) {
  const auto from = line.find(start);
  if (from == line.npos) return "";
  const auto begin = from + start.size();
  return line.substr(begin, line.find(end, begin) - begin);
}

inline std::string error_of_log(const std::string& log) {
  std::istringstream lines{log};
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" error code=") != line.npos) return between(line, "reason=\"", '"');
  }
  return "";
}

inline std::vector<llhttp_block> read_llhttp_file(const std::filesystem::path& path) {
  std::istringstream lines{support::read_file(path)};
  std::vector<llhttp_block> blocks;
  std::string heading;
  std::string type;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) heading = line.substr(line.find_first_not_of("# "));
    // Some say no type: they continue the one before.
    if (const auto said = between(line, "\"type\":", ','); !said.empty()) {
      type = between(said, "\"", '"');
    }
    const bool request = line == "```http";
    if (!request && line != "```log") continue;
    std::string text;
    while (std::getline(lines, line) && line != "```") text += line + '\n';
    if (request) {
      blocks.push_back({path.stem().string() + ": " + heading, type, bytes_of_block(text), {}});
    } else if (const auto error = error_of_log(text); !error.empty() && !blocks.empty()) {
      blocks.back().error = error;
    }
  }
  return blocks;
}

// Those of the files whose name starts with `prefix`, by name.
inline std::vector<llhttp_block> read_llhttp(std::string_view prefix) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{vector_path("vectors/llhttp")}) {
    if (entry.path().filename().string().starts_with(prefix)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<llhttp_block> all;
  for (const auto& file : files) {
    for (auto& one : read_llhttp_file(file)) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace latchkey::support
