// What became of a request that was forwarded, for the log and the metrics. Not for deciding.
#pragma once

#include <latchkey/core/result.hpp>

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace latchkey::http {

// How far a forwarded request has come.
enum class forward_phase : std::uint8_t {
  choosing,    // an address, or a place among those under way
  connecting,  // TLS included
  sending,     // head or body of the request
  waiting,     // for the head of the answer
  answering,   // the body of the answer
  tunnelling,
  done,
};

// Who or what ended it before it was done, or a tunnel.
enum class ended_by : std::uint8_t { nobody, client, upstream, deadline, token, limit, drain };

struct forwarding {
  std::string_view upstream;  // its name; owned by the upstream, which outlives the request
  std::string address;        // of the last attempt; empty: none was chosen
  // From the beginning of the last attempt, and of the request; 0: there was none.
  std::chrono::microseconds connect{0};
  std::chrono::microseconds first_byte{0};
  bool reused = false;  // the connection
  unsigned retries = 0;
  forward_phase phase = forward_phase::choosing;
  ended_by ended = ended_by::nobody;
  core::error_code error;  // of the way to the upstream, as system, TLS or HTTP have it
};

constexpr std::string_view to_string(forward_phase value) {
  switch (value) {
    case forward_phase::choosing:
      return "choosing";
    case forward_phase::connecting:
      return "connecting";
    case forward_phase::sending:
      return "sending";
    case forward_phase::waiting:
      return "waiting";
    case forward_phase::answering:
      return "answering";
    case forward_phase::tunnelling:
      return "tunnelling";
    case forward_phase::done:
      break;
  }
  return "done";
}

constexpr std::string_view to_string(ended_by value) {
  switch (value) {
    case ended_by::nobody:
      break;
    case ended_by::client:
      return "client";
    case ended_by::upstream:
      return "upstream";
    case ended_by::deadline:
      return "deadline";
    case ended_by::token:
      return "token";
    case ended_by::limit:
      return "limit";
    case ended_by::drain:
      return "drain";
  }
  return "";
}

inline std::ostream& operator<<(std::ostream& out, forward_phase value) {
  return out << to_string(value);
}
inline std::ostream& operator<<(std::ostream& out, ended_by value) {
  return out << to_string(value);
}

}  // namespace latchkey::http
