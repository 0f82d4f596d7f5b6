// Makes responses by chance, good ones and ones a little wrong, the same for the same seed: for
// differential tests. Not a generator of every response there can be: see the fuzz target.
#pragma once

#include <latchkey/http1/response_head.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace latchkey::support {

class response_maker {
 public:
  explicit response_maker(std::uint32_t seed) : random_{seed} {}

  // Below `count`.
  std::size_t below(std::size_t count) { return random_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }

  http1::request_facts facts() { return {one_in(12), one_in(12), one_in(4)}; }

  std::string response() {
    std::string text;
    while (one_in(8)) text += interim();
    text += final();
    if (one_in(2)) {
      for (auto changes = 1 + below(3); changes != 0; --changes) change(text);
    }
    if (one_in(10)) text += "HTTP/1.1 200 OK\r\n\r\n";
    return text;
  }

 private:
  template <std::size_t Count>
  std::string any(const std::array<std::string_view, Count>& from) {
    return std::string{from[below(Count)]};
  }

  std::string status_line(std::string status) {
    static constexpr std::array<std::string_view, 6> reasons{
        " OK", "", " ", "  two  spaces ", " \xE9\t", " No Content"};
    return (one_in(6) ? "HTTP/1.0 " : "HTTP/1.1 ") + std::move(status) + any(reasons) + "\r\n";
  }

  std::string interim() {
    static constexpr std::array<std::string_view, 4> statuses{"100", "102", "103", "199"};
    auto text = "HTTP/1.1 " + any(statuses) + " Go on\r\n";
    while (one_in(2)) text += field();
    return text + "\r\n";
  }

  std::string field() {
    static constexpr std::array<std::string_view, 12> fields{
        "Server: x\r\n",
        "Date: Sat, 28 Nov 2026 00:00:00 GMT\r\n",
        "Set-Cookie: a=b\r\n",
        "Set-Cookie: c=d; Path=/\r\n",
        "Connection: close\r\n",
        "Connection: keep-alive\r\n",
        "connection: x, Close\r\n",
        "X-Empty:\r\n",
        "X-Tab:\t a \t b\t\r\n",
        "ETag: \"\xC3\xA9\"\r\n",
        "Upgrade: websocket\r\n",
        "Content-Type: text/html; charset=utf-8\r\n"};
    return any(fields);
  }

  std::string data() {
    std::string made(below(one_in(4) ? 300 : 12), '\0');
    for (auto& c : made) c = static_cast<char>(below(256));
    return made;
  }

  std::string hex(std::size_t value) {
    std::string made;
    do {
      made.insert(0, 1, (one_in(2) ? "0123456789abcdef" : "0123456789ABCDEF")[value % 16]);
      value /= 16;
    } while (value != 0);
    if (one_in(6)) made.insert(0, below(4), '0');
    return made;
  }

  std::string chunks() {
    static constexpr std::array<std::string_view, 6> extensions{
        "", "", ";a", ";a=b;c", ";a=\"b\\\"; c\"", ";x=1"};
    static constexpr std::array<std::string_view, 4> trailers{"", "", "Trailer: x\r\n",
                                                              "Content-Length: 1\r\nA:\r\n"};
    std::string made;
    for (auto count = below(4); count != 0; --count) {
      const auto piece = data();
      if (!piece.empty()) made += hex(piece.size()) + any(extensions) + "\r\n" + piece + "\r\n";
    }
    return made + "0" + any(extensions) + "\r\n" + any(trailers) + "\r\n";
  }

  std::string framing(std::string& body) {
    static constexpr std::array<std::string_view, 8> odd{
        "Transfer-Encoding: gzip, chunked\r\n",
        "Content-Length: 1, 1\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: identity\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: +5\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length:\r\n"};
    switch (below(8)) {
      case 0:
        body = data();
        return "";
      case 1:
        body = data();
        return any(odd);
      case 2:
        return "Content-Length: 0\r\n";
      case 3:
      case 4:
        body = chunks();
        return one_in(3) ? "transfer-encoding:CHUNKED\r\n" : "Transfer-Encoding: chunked\r\n";
      default:
        body = data();
        return "Content-Length:  " + std::string(one_in(5) ? 2 : 0, '0') +
               std::to_string(body.size()) + " \r\n";
    }
  }

  std::string final() {
    static constexpr std::array<std::string_view, 16> statuses{
        "200", "200", "200", "200", "201", "206", "301", "404",
        "500", "503", "599", "101", "204", "205", "304", "600"};
    std::string body;
    const auto length = framing(body);
    auto text = status_line(any(statuses));
    while (!one_in(3)) text += field();
    text += length;
    while (one_in(3)) text += field();
    return text + "\r\n" + body;
  }

  void change(std::string& text) {
    static constexpr std::array<std::string_view, 14> pieces{"\r",    "\n",
                                                             "\r\n",  " ",
                                                             "\t",    ":",
                                                             ",",     std::string_view{"\0", 1},
                                                             "0",     ";",
                                                             "\r\n ", "1",
                                                             "\x7F",  "Content-Length: 0\r\n"};
    if (text.empty()) return;
    const auto at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(3));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(20)));
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text.insert(at, any(pieces));
        break;
    }
  }

  std::mt19937 random_;
};

}  // namespace latchkey::support
