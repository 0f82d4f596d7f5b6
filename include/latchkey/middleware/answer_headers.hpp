// Middleware: adds fields to answers that do not have them, such as those that tell browsers to be
// strict. Whoever answers knows better: what is there stays. Not for fields of a route alone.
#pragma once

#include <latchkey/http/handler.hpp>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::middleware {

struct answer_header {
  std::string name;  // lower case
  std::string value;
  bool https_only = false;
};

struct answer_headers {
  std::shared_ptr<const std::vector<answer_header>> all;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::middleware
