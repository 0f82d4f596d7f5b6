#include "verify/cases.hpp"
#include "verify/turn.hpp"

#include <latchkey/jose/check_signatures.hpp>
#include <latchkey/jose/signature.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace latchkey::bench {
namespace {

// Full passes of every kernel.
constexpr std::size_t batch_size = jose::max_rsa_batch_lanes;
using taken_tokens = std::array<const signed_token*, batch_size>;
using verdicts = std::array<bool, batch_size>;
using decide_all = std::function<verdicts(const taken_tokens&)>;

class batches {
 public:
  batches(token_set_ptr load, std::size_t first, std::vector<const signed_token*> bad,
          decide_all decide)
      : load_{std::move(load)},
        bad_{std::move(bad)},
        decide_{std::move(decide)},
        next_{load_->tokens.size(), first},
        next_bad_{bad_.size(), 0} {}

  std::size_t run(std::size_t iterations) {
    std::size_t right = 0;
    for (std::size_t done = 0; done < iterations; done += batch_size) {
      for (const auto valid : decide_(take())) right += valid ? 1 : 0;
    }
    return right;
  }

  // One bad among seven that are good: that one is refused, and no other.
  bool refuses_bad() {
    const auto at = next_bad_.take();
    auto taken = take();
    taken[at % batch_size] = bad_[at];
    verdicts expected;
    expected.fill(true);
    expected[at % batch_size] = false;
    return decide_(taken) == expected;
  }

 private:
  taken_tokens take() {
    taken_tokens taken;
    for (auto& one : taken) one = &load_->tokens[next_.take()];
    return taken;
  }

  token_set_ptr load_;
  std::vector<const signed_token*> bad_;
  decide_all decide_;
  turn next_;
  turn next_bad_;
};

benchmark_case case_of(std::string name, const std::shared_ptr<batches>& work) {
  return {std::move(name), [work](std::size_t iterations) { return work->run(iterations); },
          [work] { return work->refuses_bad(); }, batch_size};
}

std::vector<const signed_token*> bad_signatures(const token_set& load) {
  std::vector<const signed_token*> bad(load.bad.size());
  std::transform(load.bad.begin(), load.bad.end(), bad.begin(),
                 [](const signed_token& one) { return &one; });
  return bad;
}

// Without the texts, which a kernel does not look at: what it reads lies as near to one another as
// what raw_openssl reads.
token_set_ptr without_texts(const token_set& load) {
  auto made = std::make_shared<token_set>(load);
  for (auto* tokens : {&made->tokens, &made->bad}) {
    for (auto& one : *tokens) {
      one.text = {};
      one.signing_input = {};
    }
  }
  return made;
}

// `items` is memory to work in.
verdicts decide_at_once(const jose::rsa_batch_kernel& kernel, const token_set& load,
                        const taken_tokens& taken, std::vector<jose::rsa_batch_item>& items) {
  items.clear();
  for (const auto* one : taken) {
    items.push_back({load.keys[one->key]->batch(), one->signature, one->digest});
  }
  kernel.verify(items);
  verdicts decided;
  std::transform(items.begin(), items.end(), decided.begin(),
                 [](const jose::rsa_batch_item& one) { return one.valid; });
  return decided;
}

verdicts decide_in_turn(const token_set& load, const taken_tokens& taken,
                        const jose::rsa_single_kernel* single) {
  verdicts decided{};
  for (std::size_t i = 0; i < batch_size; ++i) {
    const auto& one = *taken[i];
    decided[i] = !jose::verify_rs256_digest(*load.keys[one.key], one.digest, one.signature, single);
  }
  return decided;
}

// What a server does with eight requests that came together. A token that cannot even be parsed
// makes the whole batch wrong: there is none here.
verdicts decide_tokens(const token_set& load, const taken_tokens& taken,
                       const jose::rsa_kernels& kernels) {
  verdicts decided{};
  std::vector<jose::token> parsed;
  parsed.reserve(batch_size);
  std::array<std::shared_ptr<const jose::key>, batch_size> keys;
  std::array<jose::signature_job, batch_size> jobs;
  for (std::size_t i = 0; i < batch_size; ++i) {
    auto token = jose::parse_token(taken[i]->text);
    if (!token) return decided;
    const auto alg = jose::check_header(*token, load.header);
    if (!alg) return decided;
    auto chosen = load.key_set->choose(token->kid().value_or(""), *alg);
    if (!chosen) return decided;
    keys[i] = std::move(*chosen);
    parsed.push_back(std::move(*token));
    jobs[i].token = &parsed.back();
    jobs[i].alg = *alg;
    jobs[i].key = keys[i].get();
  }
  jose::check_signatures(jobs, kernels);
  for (std::size_t i = 0; i < batch_size; ++i) {
    decided[i] =
        !jobs[i].outcome && jose::check_claims(parsed[i], load.claims, load.now).has_value();
  }
  return decided;
}

}  // namespace

benchmark_case batch_kernel_case(const token_set_ptr& load, const jose::rsa_kernels& kernels,
                                 std::size_t first) {
  const bool at_once = kernels.batch != nullptr && load->keys.front()->batch() != nullptr;
  const auto slim = without_texts(*load);
  auto decide = [slim, at_once, kernels,
                 items = std::vector<jose::rsa_batch_item>{}](const taken_tokens& taken) mutable {
    return at_once ? decide_at_once(*kernels.batch, *slim, taken, items)
                   : decide_in_turn(*slim, taken, kernels.single);
  };
  return case_of("batch_kernel",
                 std::make_shared<batches>(slim, first, bad_signatures(*slim), std::move(decide)));
}

benchmark_case token_batch_case(const token_set_ptr& load, const jose::rsa_kernels& kernels,
                                std::size_t first) {
  const auto decide = [load, kernels](const taken_tokens& taken) {
    return decide_tokens(*load, taken, kernels);
  };
  auto bad = bad_signatures(*load);
  bad.push_back(&load->expired);
  return case_of("token_batch", std::make_shared<batches>(load, first, std::move(bad), decide));
}

}  // namespace latchkey::bench
