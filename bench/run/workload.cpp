#include "run/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace latchkey::bench::run {
shape make_shape(const load_options& asked, std::string_view host, std::string_view target) {
  shape made;
  made.before = fmt::format("{} {} HTTP/1.1\r\n", asked.method, target);
  if (!has_header(asked, "host")) made.before += fmt::format("Host: {}\r\n", host);
  if (!has_header(asked, "user-agent")) {
    made.before += "User-Agent: latchkey-bench/" LATCHKEY_VERSION "\r\n";
  }
  for (const auto& line : asked.headers) made.before += line + "\r\n";
  if (!asked.keepalive) made.before += "Connection: close\r\n";
  // Of methods that carry a body usually, servers may ask how long it is (RFC 9110 section 8.6).
  const bool usual = asked.method == "POST" || asked.method == "PUT" || asked.method == "PATCH";
  if (usual || !asked.body.empty()) {
    made.before += fmt::format("Content-Length: {}\r\n", asked.body.size());
  }
  made.bearer = "Authorization: Bearer ";
  made.after = "\r\n" + asked.body;
  return made;
}

std::vector<std::uint16_t> interleave(const std::vector<unsigned>& weights) {
  const auto all = std::accumulate(weights.begin(), weights.end(), 0L);
  if (static_cast<std::size_t>(all) == weights.size()) {
    std::vector<std::uint16_t> in_turn(weights.size());
    std::iota(in_turn.begin(), in_turn.end(), std::uint16_t{0});
    return in_turn;
  }
  std::vector<std::uint16_t> turns;
  std::vector<long> credit(weights.size());
  for (long i = 0; i < all; ++i) {
    for (std::size_t one = 0; one < weights.size(); ++one) credit[one] += weights[one];
    const auto max = std::max_element(credit.begin(), credit.end());
    *max -= all;
    turns.push_back(static_cast<std::uint16_t>(max - credit.begin()));
  }
  return turns;
}

composer::composer(const workload& what, unsigned index, unsigned of) : what_{what} {
  std::vector<unsigned> weights;
  for (const auto& one : what.shapes) weights.push_back(one.weight);
  shapes_ = interleave(weights);
  weights.clear();
  for (const auto& one : what.kinds) {
    weights.push_back(one.share);
    tokens_.push_back(one.tokens);
    next_token_.push_back(one.tokens ? one.tokens->size() * index / of : 0);
  }
  kinds_ = interleave(weights);
}

void composer::change(std::size_t kind, std::shared_ptr<const std::vector<std::string>> tokens) {
  tokens_[kind] = std::move(tokens);
}

composer::request_choice composer::next(std::string& out) {
  const request_choice made{kinds_[next_kind_], shapes_[next_shape_]};
  if (++next_kind_ == kinds_.size()) next_kind_ = 0;
  if (++next_shape_ == shapes_.size()) next_shape_ = 0;
  const auto& shape = what_.shapes[made.shape];
  out = shape.before;
  if (what_.kinds[made.kind].with_token) {
    const auto& tokens = *tokens_[made.kind];
    auto& at = next_token_[made.kind];
    if (at >= tokens.size()) at = 0;
    out += shape.bearer;
    out += tokens[at++];
    out += "\r\n";
  }
  out += shape.after;
  return made;
}

}  // namespace latchkey::bench::run
