// Requests for handlers under test, made without a socket. Not for testing how heads are parsed.
#pragma once

#include "support/run.hpp"

#include <latchkey/http/context.hpp>
#include <latchkey/http/handler.hpp>

#include <boost/asio/io_context.hpp>

#include <string>
#include <utility>
#include <vector>

namespace latchkey::support {

// Owns all that a context refers to.
class request {
 public:
  request(http::verb method, std::string target,
          std::vector<std::pair<std::string, std::string>> fields = {})
      : target_{std::move(target)}, fields_{std::move(fields)} {
    head_.method = method;
    const auto name = boost::beast::http::to_string(method);
    head_.method_text = {name.data(), name.size()};
    head_.target = target_;
    for (const auto& [field, value] : fields_) head_.fields.push_back({field, value});
  }
  request(const request&) = delete;
  request& operator=(const request&) = delete;

  http::request_head& head() { return head_; }
  // The context of the last call of send().
  const http::context& context() const { return *context_; }

  // Runs the handler to its end. Throws what it throws.
  http::response send(const http::handler& handler, http::body body = {}) {
    context_.emplace(head_, http::parse_target(head_, true).value(), io_.get_executor());
    context_->body = std::move(body);
    context_->peer = context_->hop = context_->client = "192.0.2.1";
    return run(io_, handler(*context_));
  }

 private:
  boost::asio::io_context io_;
  std::string target_;
  std::vector<std::pair<std::string, std::string>> fields_;
  http::request_head head_;
  std::optional<http::context> context_;
};

inline std::string text_of(const http::response& answer) {
  const auto* const fixed = std::get_if<http::asset>(&answer.body);
  if (fixed != nullptr) return std::string{fixed->bytes};
  return std::get<std::string>(answer.body);
}

inline std::string field_of(const http::response& answer, std::string_view name) {
  return std::string{answer.find(name).value_or("(absent)")};
}

}  // namespace latchkey::support
