// The error category of a layer, from the function that has the text of each of its values. Not for
// mapping errors to responses.
#pragma once

#include <boost/system/error_category.hpp>

#include <string>

namespace latchkey::core {

// `Text` takes an Errc, known or not, and gives something that a std::string is made from.
template <class Errc, auto Text>
class category final : public boost::system::error_category {
 public:
  // `name` has static storage.
  explicit category(const char* name) : name_{name} {}

  const char* name() const noexcept override { return name_; }
  std::string message(int value) const override {
    return std::string{Text(static_cast<Errc>(value))};
  }

 private:
  const char* name_;
};

}  // namespace latchkey::core
