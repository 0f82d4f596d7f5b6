// The fields of an answer: they stand one behind the other in one text, as HTTP/1 sends them (RFC
// 9112 section 5), so that adding one asks for no memory of its own and sending it is one copy. Not
// for the fields of requests, which are views.
#pragma once

#include <latchkey/core/block_cache.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace latchkey::http {

class response_fields {
 public:
  struct field {
    std::string_view name;  // lower case
    std::string_view value;
  };

 private:
  // Of a line.
  struct place {
    std::uint32_t begin;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };

 public:
  // Gives fields by value; what they view is the list's.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = field;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = field;

    iterator(const response_fields* of, std::size_t at) : of_{of}, at_{at} {}
    field operator*() const { return (*of_)[at_]; }
    iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const iterator&) const = default;

   private:
    const response_fields* of_;
    std::size_t at_;
  };

  // The value is made of the pieces, one after the other. They, and the name, may be views of this
  // list. Throws std::length_error where the text would be longer than 4 GiB.
  void add(std::string_view name, std::span<const std::string_view> pieces);
  // Adds one, in the place of the first of that name; others of it are taken off. As add().
  void set(std::string_view name, std::string_view value);
  // Takes off the fields that `which` is true of.
  template <class Predicate>
  void remove_if(Predicate which) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!which((*this)[i])) places_[kept++] = places_[i];
    }
    places_.resize(kept);
  }

  std::size_t size() const { return places_.size(); }
  // Valid until the list changes.
  field operator[](std::size_t index) const {
    const auto& at = places_[index];
    const std::string_view all{text_};
    return {all.substr(at.begin, at.name_size),
            all.substr(at.begin + at.name_size + between.size(), at.value_size)};
  }
  // The whole line with its end, valid until the list changes.
  std::string_view line(std::size_t index) const {
    const auto& at = places_[index];
    return std::string_view{text_}.substr(
        at.begin, at.name_size + between.size() + at.value_size + end_of_line.size());
  }
  // The value of the first of that name, valid until the list changes.
  std::optional<std::string_view> find(std::string_view name) const;

  iterator begin() const { return {this, 0}; }
  iterator end() const { return {this, places_.size()}; }

 private:
  static constexpr std::string_view between{": "};
  static constexpr std::string_view end_of_line{"\r\n"};

  // The first of that name, or size().
  std::size_t index_of(std::string_view name) const;
  void append_line(core::block_string& to, std::string_view name,
                   std::span<const std::string_view> pieces) const;

  core::block_string text_;
  std::vector<place, core::block_allocator<place>> places_;
};

}  // namespace latchkey::http
