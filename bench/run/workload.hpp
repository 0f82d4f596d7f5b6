// The prepared requests of a run: for each URL the bytes before and after the token, for each kind
// its tokens and the expected statuses, and which request comes next. Built before the run; not for
// sending.
#pragma once

#include "run/expectation.hpp"
#include "run/options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::bench::run {

// Of one URL.
struct shape {
  std::size_t origin = 0;  // index of the place it is sent to
  std::string before;      // the head up to where a token would stand
  std::string bearer;      // what stands before a token
  std::string after;       // the end of the head, and the body
  unsigned weight = 1;
};

struct token_kind {
  std::string name;  // "valid", "expired", ...; "any" without tokens
  unsigned share = 1;
  expectation expect;
  bool with_token = true;
  std::shared_ptr<const std::vector<std::string>> tokens;  // sent in turn; not empty if with_token
};

struct workload {
  std::vector<shape> shapes;
  std::vector<token_kind> kinds;
  bool to_head = false;  // the method is HEAD
};

// The bytes of requests for that target, around a token. `host` is the Host field's.
shape make_shape(const load_options& asked, std::string_view host, std::string_view target);

// Indices 0 to n - 1 in turn, each as often as its weight says and as evenly as can be: one round.
std::vector<std::uint16_t> interleave(const std::vector<unsigned>& weights);

// Writes requests one after the other. Lives on one thread; the workload outlives it.
class composer {
 public:
  // The one of number `index` among `of` that share a workload: each begins elsewhere.
  composer(const workload& what, unsigned index, unsigned of);

  struct request_choice {
    std::size_t kind = 0;
    std::size_t shape = 0;
  };
  // Writes the next request over `out`.
  request_choice next(std::string& out);
  // From now on these are the tokens of that kind.
  void change(std::size_t kind, std::shared_ptr<const std::vector<std::string>> tokens);

 private:
  const workload& what_;
  std::vector<std::uint16_t> shapes_;
  std::vector<std::uint16_t> kinds_;
  std::size_t next_shape_ = 0;
  std::size_t next_kind_ = 0;
  std::vector<std::shared_ptr<const std::vector<std::string>>> tokens_;
  std::vector<std::size_t> next_token_;
};

}  // namespace latchkey::bench::run
