// A connection to a proxy or an upstream as bytes, and answers of which is kept what came, whole or
// not. Nothing is ever sent twice. Not for load: that is load/connection.
#pragma once

#include "load/connection.hpp"

#include <latchkey/http1/response_reader.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::edge {

struct answer {
  unsigned status = 0;  // 0: no final head came
  bool whole = false;
  bool timed_out = false;
  bool keep_alive = false;
  std::string body;  // what came of it
};

// Lives on one executor.
class client {
 public:
  // `waits` must outlive it.
  client(async::socket_waits& waits, load::target to);
  ~client() { close(); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  // Connects and shakes hands, anew if it is open.
  async::task<core::error_code> open(core::deadline until);
  // It is, and the peer has not ended it, nor said anything unasked.
  bool is_open();
  async::task<core::error_code> write(std::string_view bytes, core::deadline until);
  // 0 at the peer's end.
  async::task<core::result<std::size_t>> read_some(std::span<char> into, core::deadline until);
  // The answer to what has been written. `asked` as for http1::response_reader.
  async::task<answer> read_answer(core::deadline until, http1::request_facts asked = {});
  // Opens it if need be, writes and reads. Closes it where it can carry nothing more.
  async::task<answer> exchange(std::string_view request, core::deadline until);
  // What has come behind the answer that was read last.
  std::string_view rest() const { return {arrived_.data(), arrived_.size()}; }
  void close();
  // The peer is told of a reset.
  void reset();

 private:
  async::socket_waits& waits_;
  load::target to_;
  std::unique_ptr<net::transport> transport_;
  std::vector<char> arrived_;
};

}  // namespace latchkey::bench::edge
