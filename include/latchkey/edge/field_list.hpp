// The fields of a message that is being made: views of what outlives it, and texts of its own. Not
// for writing them as bytes: http1/request_writer.
#pragma once

#include <latchkey/http/request.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// Neither copied nor moved: the texts stand in it.
class field_list {
 public:
  // Both views must outlive the list.
  void add(std::string_view name, std::string_view value) { fields_.push_back({name, value}); }

  // A text made of the pieces one after the other; valid until clear().
  std::string_view keep(std::initializer_list<std::string_view> pieces) {
    return keep(std::span{pieces.begin(), pieces.size()});
  }
  std::string_view keep(std::span<const std::string_view> pieces);

  std::span<const http::field> fields() const { return fields_; }

  // Keeps the memory of the list, for the next message.
  void clear() {
    fields_.clear();
    texts_.release();
  }

 private:
  std::vector<http::field> fields_;
  std::array<std::byte, 1024> first_texts_;
  std::pmr::monotonic_buffer_resource texts_{first_texts_.data(), first_texts_.size()};
};

}  // namespace latchkey::edge
