// What the fields of a trusted proxy say of a request's way. Private to edge.
#pragma once

#include <latchkey/http/request.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace latchkey::edge {

class history {
 public:
  static constexpr std::size_t most_hops = 32;

  // What they leave here are views of the head's fields.
  void read_x_forwarded(const http::request_head& head);
  void read_forwarded(const http::request_head& head);

  std::size_t hops() const { return std::min(seen_, most_hops); }
  // The last ones, the first of them first.
  template <class Call>
  void each(const Call& call) const {
    for (auto i = seen_ - hops(); i < seen_; ++i) call(last_[i % most_hops]);
  }

  std::string_view proto;  // "http", "https" or nothing
  std::string_view host;
  std::string_view port;  // as given

 private:
  void add(std::string_view node);
  bool read_elements(std::string_view value);

  std::array<std::string_view, most_hops> last_;
  std::size_t seen_ = 0;
};

}  // namespace latchkey::edge
