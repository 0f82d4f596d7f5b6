#include "listening.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace latchkey::doctor {
namespace {

namespace fs = std::filesystem;
namespace ip = boost::asio::ip;

template <class Number>
std::optional<Number> read_number(std::string_view text, int base) {
  Number value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// The system writes each word of an address as the number that this machine reads in its bytes.
template <class Address>
std::optional<ip::address> read_address(std::string_view hex) {
  typename Address::bytes_type bytes{};
  constexpr std::size_t digits = 8;
  for (std::size_t i = 0; i * sizeof(std::uint32_t) < bytes.size(); ++i) {
    const auto word = read_number<std::uint32_t>(hex.substr(i * digits, digits), 16);
    if (!word) return std::nullopt;
    std::memcpy(bytes.data() + i * sizeof *word, &*word, sizeof *word);
  }
  return Address{bytes};
}

std::optional<async::tcp::endpoint> read_endpoint(std::string_view text) {
  constexpr std::size_t v4_digits = 8;
  constexpr std::size_t v6_digits = 32;
  const auto colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto hex = text.substr(0, colon);
  const auto port = read_number<std::uint16_t>(text.substr(colon + 1), 16);
  std::optional<ip::address> address;
  if (hex.size() == v4_digits) address = read_address<ip::address_v4>(hex);
  if (hex.size() == v6_digits) address = read_address<ip::address_v6>(hex);
  if (!port || !address) return std::nullopt;
  return async::tcp::endpoint{*address, *port};
}

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::uint64_t> inodes_for(const async::tcp::endpoint& where) {
  std::vector<std::uint64_t> all;
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    for (const auto& one : read_listening(text_of(table))) {
      if (is_in_the_way(one.where, where)) all.push_back(one.inode);
    }
  }
  return all;
}

bool holds_one_of(const fs::path& process, const std::vector<std::uint64_t>& inodes) {
  std::error_code unreadable;
  for (fs::directory_iterator at{process / "fd", unreadable}, end; !unreadable && at != end;
       at.increment(unreadable)) {
    std::error_code gone;
    const auto target = fs::read_symlink(at->path(), gone).string();
    constexpr std::string_view socket = "socket:[";
    if (gone || !target.starts_with(socket) || !target.ends_with(']')) continue;
    const auto inner = std::string_view{target}.substr(socket.size());
    const auto inode = read_number<std::uint64_t>(inner.substr(0, inner.size() - 1), 10);
    if (inode && std::find(inodes.begin(), inodes.end(), *inode) != inodes.end()) return true;
  }
  return false;
}

}  // namespace

std::vector<listening_socket> read_listening(std::string_view table) {
  constexpr std::string_view listens = "0A";
  std::vector<listening_socket> all;
  std::istringstream lines{std::string{table}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    const std::vector<std::string> word{std::istream_iterator<std::string>{words}, {}};
    constexpr std::size_t inode_at = 9;
    if (word.size() <= inode_at || word[3] != listens) continue;
    const auto where = read_endpoint(word[1]);
    const auto inode = read_number<std::uint64_t>(word[inode_at], 10);
    if (where && inode) all.push_back({*where, *inode});
  }
  return all;
}

bool is_in_the_way(const async::tcp::endpoint& one, const async::tcp::endpoint& other) {
  if (one.port() != other.port()) return false;
  const auto a = one.address();
  const auto b = other.address();
  if (a == b) return true;
  // "::" takes IPv4 clients as well, unless it says otherwise, which the table does not show.
  if (a.is_unspecified()) return a.is_v6() || b.is_v4();
  return b.is_unspecified() && (b.is_v6() || a.is_v4());
}

std::optional<process_name> holder_of(const async::tcp::endpoint& where) {
  const auto inodes = inodes_for(where);
  if (inodes.empty()) return std::nullopt;
  std::error_code unreadable;
  for (fs::directory_iterator at{"/proc", unreadable}, end; !unreadable && at != end;
       at.increment(unreadable)) {
    const auto id = read_number<long>(at->path().filename().native(), 10);
    if (!id || !holds_one_of(at->path(), inodes)) continue;
    auto name = text_of(at->path() / "comm");
    if (name.ends_with('\n')) name.pop_back();
    return process_name{*id, name};
  }
  return std::nullopt;
}

int try_to_bind(const async::tcp::endpoint& where) {
  const int made = ::socket(where.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) return errno;
  // As the server does: connections that have just ended are no hindrance.
  const int yes = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const int bound = ::bind(made, where.data(), static_cast<::socklen_t>(where.size()));
  const int error = bound == 0 ? 0 : errno;
  ::close(made);
  return error;
}

}  // namespace latchkey::doctor
