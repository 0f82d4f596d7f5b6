// What was seen on the way to a server of the network, step by step: its name, a connection, its
// certificate, the head of an answer. Plain values. Not for going that way: probe. Not for judging
// it: judge_way.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::doctor {

// As a server shows it, whether or not it is one to trust.
struct seen_certificate {
  std::vector<std::string> names;  // DNS names and addresses
  std::string authority;           // who signed it, as one line
  bool self_signed = false;
  core::wall_time from;
  core::wall_time until;
};

// How far it went.
enum class reached : std::uint8_t {
  nothing,     // the name is not known
  address,     // nobody took a connection
  connection,  // a connection, and no TLS where that is to be spoken
  server,      // whoever is to be asked, but no answer
  answer,
};

struct seen_way {
  reached got = reached::nothing;
  core::error_code error;              // why no further; none where got is `answer`
  std::string looked_up;               // the host whose name that was; empty: an address
  std::vector<std::string> addresses;  // what the name led to
  std::string address;                 // where the connection goes
  std::optional<seen_certificate> certificate;
  // Of the answer.
  unsigned status = 0;
  std::string date;
  std::string age;
  core::wall_time sent;      // when it was asked
  core::wall_time received;  // when its head was there
};

}  // namespace latchkey::doctor
