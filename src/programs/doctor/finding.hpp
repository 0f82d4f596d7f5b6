// One thing that the doctor looked at: how it is, what was found, and what to do about it. Not for
// finding it, nor for showing it.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::doctor {

enum class grade : std::uint8_t {
  ok,
  warning,  // the server works, but somebody should know
  fault,    // something of the configuration does not work
};

struct finding {
  grade state = grade::ok;
  std::string check;    // the kind of thing: "clock", "keys"
  std::string subject;  // which one: a key of the configuration, or what it names
  std::string found;    // in words; may have text of the network in it. No secrets
  std::string advice;   // what to do; empty where there is nothing

  bool operator==(const finding&) const = default;
};
using findings = std::vector<finding>;

inline void append(findings& to, findings more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

inline finding good(std::string check, std::string subject, std::string found) {
  return {grade::ok, std::move(check), std::move(subject), std::move(found), {}};
}
inline finding warning(std::string check, std::string subject, std::string found,
                       std::string advice) {
  return {grade::warning, std::move(check), std::move(subject), std::move(found),
          std::move(advice)};
}
inline finding fault(std::string check, std::string subject, std::string found,
                     std::string advice) {
  return {grade::fault, std::move(check), std::move(subject), std::move(found), std::move(advice)};
}

}  // namespace latchkey::doctor
