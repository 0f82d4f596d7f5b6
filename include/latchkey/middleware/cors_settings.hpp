// What a route allows pages of other origins, as plain values. Not for deciding: cors_policy.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace latchkey::middleware {

struct cors_settings {
  // As parse_origin takes them, or "*" alone; empty: the route says nothing of CORS.
  std::vector<std::string> origins;
  std::vector<std::string> methods;  // empty: those of the route; or "*" alone
  std::vector<std::string> headers = {"Authorization", "Content-Type"};  // or "*" alone
  std::vector<std::string> exposed;                                      // or "*" alone
  bool credentials = false;
  std::chrono::milliseconds max_age = std::chrono::minutes{10};

  bool operator==(const cors_settings&) const = default;
};

}  // namespace latchkey::middleware
