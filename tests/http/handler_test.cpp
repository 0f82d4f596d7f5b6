#include "support/request.hpp"

#include <latchkey/http/handler.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::http {
namespace {

// Notes when it is entered and left.
struct tracing {
  std::string name;
  std::vector<std::string>* seen;

  async::task<response> operator()(context& ctx, const handler& next) const {
    seen->push_back("in " + name);
    auto answer = co_await next(ctx);
    seen->push_back("out " + name);
    co_return answer;
  }
};

struct refusing {
  async::task<response> operator()(context&, const handler&) const {
    co_return response{status::unauthorized};
  }
};

async::task<response> fine(context&) {
  co_return response{status::ok};
}

TEST(chain, lets_the_first_see_the_request_first_and_the_answer_last) {
  std::vector<std::string> seen;
  const auto pipeline = chain({tracing{"a", &seen}, tracing{"b", &seen}}, fine);
  support::request asked{verb::get, "/"};
  EXPECT_EQ(asked.send(pipeline).code(), status::ok);
  EXPECT_THAT(seen, testing::ElementsAre("in a", "in b", "out b", "out a"));
}

TEST(chain, ends_where_a_middleware_answers) {
  std::vector<std::string> seen;
  const auto pipeline = chain({tracing{"a", &seen}, refusing{}, tracing{"b", &seen}}, fine);
  support::request asked{verb::get, "/"};
  EXPECT_EQ(asked.send(pipeline).code(), status::unauthorized);
  EXPECT_THAT(seen, testing::ElementsAre("in a", "out a"));
}

TEST(chain, of_nothing_is_the_handler) {
  support::request asked{verb::get, "/"};
  EXPECT_EQ(asked.send(chain({}, fine)).code(), status::ok);
}

TEST(chain, is_a_handler_that_can_be_copied_and_nested) {
  std::vector<std::string> seen;
  const auto inner = chain({tracing{"b", &seen}}, fine);
  const auto copy = inner;
  const auto pipeline = chain({tracing{"a", &seen}}, copy);
  support::request asked{verb::get, "/"};
  asked.send(pipeline);
  EXPECT_THAT(seen, testing::ElementsAre("in a", "in b", "out b", "out a"));
}

}  // namespace
}  // namespace latchkey::http
