#include "verify/cases.hpp"

#include "verify/raw_openssl.hpp"
#include "verify/turn.hpp"

#include <utility>

namespace latchkey::bench {
namespace {

// `Work` has run() and refuses_bad().
template <class Work>
benchmark_case case_of(std::string name, const std::shared_ptr<Work>& work) {
  return {std::move(name), [work](std::size_t iterations) { return work->run(iterations); },
          [work] { return work->refuses_bad(); }};
}

class token_single {
 public:
  token_single(token_set_ptr load, const jose::rsa_single_kernel* single, std::size_t first)
      : load_{std::move(load)},
        single_{single},
        next_{load_->tokens.size(), first},
        next_bad_{load_->bad.size() + 1, 0} {}

  std::size_t run(std::size_t iterations) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < iterations; ++i) {
      right += accepts(load_->tokens[next_.take()]) ? 1 : 0;
    }
    return right;
  }

  bool refuses_bad() {
    const auto at = next_bad_.take();
    return !accepts(at < load_->bad.size() ? load_->bad[at] : load_->expired);
  }

 private:
  bool accepts(const signed_token& token) const {
    return jose::verify(token.text, *load_->key_set, load_->claims, load_->header, load_->now, {},
                        single_)
        .has_value();
  }

  token_set_ptr load_;
  const jose::rsa_single_kernel* single_;
  turn next_;
  turn next_bad_;
};

}  // namespace

benchmark_case raw_openssl_case(const token_set_ptr& load, std::size_t first) {
  return case_of("raw_openssl", std::make_shared<raw_openssl>(load, first));
}

benchmark_case token_single_case(const token_set_ptr& load, const jose::rsa_single_kernel* single,
                                 std::size_t first) {
  return case_of("token_single", std::make_shared<token_single>(load, single, first));
}

}  // namespace latchkey::bench
