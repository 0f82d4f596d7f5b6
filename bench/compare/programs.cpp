#include "compare/programs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace latchkey::bench::compare {
namespace {

// The interpreter that Debian's packages are installed for, whatever stands first in PATH.
constexpr const char* python = "/usr/bin/python3";

constexpr const char* python_versions = R"(
import importlib.util as have, platform, fastapi, jwt, uvicorn, cryptography
speed = [name for name in ("uvloop", "httptools") if have.find_spec(name)]
print(f"{fastapi.__version__} under uvicorn {uvicorn.__version__} with {' and '.join(speed) or 'asyncio and h11'}, "
      f"PyJWT {jwt.__version__}, Python {platform.python_version()}")
)";

bool is_program(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

needs needs_of(contender one) {
  switch (one) {
    case contender::haproxy:
      return {{"haproxy"}, {}, "haproxy"};
    case contender::fastapi:
      return {{},
              {python, "/usr/lib/python3/dist-packages/fastapi",
               "/usr/lib/python3/dist-packages/uvicorn", "/usr/lib/python3/dist-packages/jwt",
               "/usr/lib/python3/dist-packages/cryptography"},
              "python3-fastapi python3-uvicorn python3-jwt python3-cryptography python3-uvloop "
              "python3-httptools"};
    case contender::nginx:
      return {{"nginx"},
              {"/usr/lib/nginx/modules/ngx_http_lua_module.so", "/usr/share/lua/5.1/cjson/util.lua",
               "/usr/share/lua/5.1/openssl/pkey.lua"},
              "nginx-light libnginx-mod-http-lua lua-cjson lua-luaossl"};
    case contender::latchkey:
    case contender::hello:
      break;
  }
  return {};
}

std::optional<std::filesystem::path> find_program(std::string_view name, std::string_view path) {
  auto rest = std::string{path} + ":/usr/sbin:/usr/bin";
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    const std::filesystem::path folder{rest.substr(0, end)};
    rest.erase(0, end + 1);
    // A relative folder would mean another program for every place it is called from.
    if (folder.is_absolute() && is_program(folder / name)) return folder / name;
  }
  return std::nullopt;
}

std::optional<std::filesystem::path> find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  return find_program(name, path == nullptr ? "" : path);
}

std::string missing_of(contender one) {
  const auto wanted = needs_of(one);
  const auto complaint = [&](const std::string& what) {
    return fmt::format("{} is not there: apt-get install {}", what, wanted.packages);
  };
  for (const auto& name : wanted.programs) {
    if (!find_program(name)) return complaint(name);
  }
  std::error_code error;
  for (const auto& file : wanted.files) {
    if (!std::filesystem::exists(file, error)) return complaint(file);
  }
  return {};
}

std::vector<std::string> pinned_command(const std::vector<unsigned>& cores,
                                        const std::filesystem::path& program,
                                        std::vector<std::string> args) {
  std::vector<std::string> command{"/usr/bin/taskset", "-c",
                                   fmt::format("{}", fmt::join(cores, ",")), program.string()};
  command.insert(command.end(), std::make_move_iterator(args.begin()),
                 std::make_move_iterator(args.end()));
  return command;
}

std::vector<std::string> version_command(contender one) {
  switch (one) {
    case contender::haproxy:
      return {find_program("haproxy").value_or("haproxy").string(), "-v"};
    case contender::fastapi:
      return {python, "-c", python_versions};
    case contender::nginx:
      return {find_program("nginx").value_or("nginx").string(), "-v"};
    case contender::latchkey:
    case contender::hello:
      break;
  }
  return {};
}

std::string version_in(contender one, std::string_view printed) {
  const auto line = first_line(printed);
  const auto word_after = [line](std::string_view mark) -> std::string {
    const auto at = line.find(mark);
    if (at == line.npos) return std::string{line};
    const auto rest = line.substr(at + mark.size());
    return std::string{rest.substr(0, rest.find(' '))};
  };
  if (one == contender::haproxy) return word_after("version ");
  if (one == contender::nginx) return word_after("nginx/") + " with lua-cjson and luaossl";
  return std::string{line};
}

}  // namespace latchkey::bench::compare
