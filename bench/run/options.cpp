#include "run/options.hpp"

#include "common/number.hpp"
#include "run/load_url.hpp"

#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::run {
namespace {

constexpr std::uint64_t max_tokens = 1'000'000;
constexpr unsigned max_connections = 50'000;
constexpr unsigned max_threads = 256;
constexpr unsigned max_weight = 1000;
constexpr duration longest = std::chrono::hours{24};
constexpr duration default_length = std::chrono::seconds{10};
constexpr duration without_end = std::chrono::hours{24};
constexpr std::size_t max_steps = 10'000;
constexpr std::uint64_t max_turns = 100'000'000;
constexpr std::array<std::string_view, 7> kinds_known{"valid",    "expired", "scope",  "kid",
                                                      "audience", "garbage", "missing"};
constexpr double highest_rate = 10'000'000;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument{"\"" + std::string{text} + "\": " + why};
}

std::optional<std::string> problem_of_header(const std::string& line) {
  const auto colon = line.find(':');
  if (colon == line.npos || !http::is_token(std::string_view{line}.substr(0, colon))) {
    return "--header \"" + line + "\": expected \"Name: value\"";
  }
  for (const char* framed : {"content-length", "transfer-encoding"}) {
    if (http::same_name(std::string_view{line}.substr(0, colon), framed)) {
      return "--header \"" + line + "\": how long the body is follows from --body";
    }
  }
  // Otherwise a value could end the head and begin another request.
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) {
    return c == '\t' || static_cast<unsigned char>(c) >= ' ';
  });
  if (!plain) return "--header: a value cannot hold control characters";
  return std::nullopt;
}

std::optional<std::string> problem_of_loop(const load_options& asked) {
  if (asked.connections < 1 || asked.connections > max_connections) {
    return "--connections: take 1 to 50000";
  }
  if (asked.threads < 1 || asked.threads > max_threads) return "--threads: take 1 to 256";
  if (asked.threads > asked.connections) return "--threads: a thread would have no connection";
  if (asked.rate && !(*asked.rate > 0 && *asked.rate <= highest_rate)) {
    return "--rate: take a number above 0, at most 10000000";
  }
  if (asked.length && *asked.length <= duration{}) return "--duration: take more than 0";
  if (asked.requests && *asked.requests == 0) return "--requests: take 1 or more";
  if (asked.timeout < std::chrono::milliseconds{1}) return "--timeout: take 1ms or more";
  std::uint64_t weights = 0;
  for (const auto& one : asked.urls) weights += one.weight;
  const bool alike = weights == asked.urls.size();
  if (!alike && weights * asked.urls.size() > max_turns) {
    return "URL: so many of such weights: their order would take too long to make";
  }
  if (asked.resume && asked.keepalive) {
    return "--resume needs --keepalive off: a session is resumed by a new connection";
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_tokens(const load_options& asked) {
  using from = token_options::source;
  if (asked.tokens.from == from::none && !asked.mix.empty()) {
    return "--mix needs tokens: --tokens distinct=N or hot=N";
  }
  if (asked.tokens.from != from::minted) {
    if (!asked.tokens.key.empty()) return "--token-key needs --tokens distinct=N or hot=N";
    const bool only_valid =
        asked.mix.empty() || (asked.mix.size() == 1 && asked.mix.front().kind == "valid");
    if (!only_valid) return "--mix needs tokens to be minted: --tokens distinct=N or hot=N";
  }
  if (asked.tokens.from != from::none && has_header(asked, "authorization")) {
    return "--header Authorization: --tokens sends one already";
  }
  if (!asked.tokens.key.empty() && asked.tokens.issuer.empty()) {
    return "--token-key needs --issuer: what the claim iss should say";
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_idp(const load_options& asked) {
  if (asked.idp.empty()) return std::nullopt;
  if (asked.tokens.from != token_options::source::minted || !asked.tokens.key.empty()) {
    return "--idp needs tokens of that provider: --tokens distinct=N or hot=N, without --token-key";
  }
  if (asked.requests) return "--idp goes by time: give --duration, not --requests";
  const bool valid =
      asked.mix.empty() || std::any_of(asked.mix.begin(), asked.mix.end(),
                                       [](const kind_share& one) { return one.kind == "valid"; });
  if (!valid) return "--idp needs valid tokens in the --mix: they tell who was wrongly refused";
  if (steps_of(asked.idp, length_of(asked)).size() > max_steps) {
    return "--idp: more than 10000 steps in that time";
  }
  return std::nullopt;
}

}  // namespace

bool is_repeatable(std::string_view method) {
  constexpr std::array<std::string_view, 6> idempotent{"GET",    "HEAD", "OPTIONS",
                                                       "DELETE", "PUT",  "TRACE"};
  return std::find(idempotent.begin(), idempotent.end(), method) != idempotent.end();
}

bool has_header(const load_options& asked, std::string_view name) {
  return std::any_of(asked.headers.begin(), asked.headers.end(), [&](const std::string& line) {
    return http::same_name(std::string_view{line}.substr(0, line.find(':')), name);
  });
}

duration expected_length(const load_options& asked) {
  constexpr duration unknown = std::chrono::minutes{2};
  if (!asked.requests || asked.length) return length_of(asked);
  if (!asked.rate) return unknown;
  const std::chrono::duration<double> at_that_rate{static_cast<double>(*asked.requests) /
                                                   *asked.rate};
  return std::chrono::duration_cast<duration>(
      std::min<std::chrono::duration<double>>(at_that_rate, longest));
}

duration length_of(const load_options& asked) {
  return asked.length.value_or(asked.requests ? without_end : default_length);
}

duration parse_duration(std::string_view text) {
  using namespace std::chrono;
  constexpr std::array<std::pair<std::string_view, duration>, 5> units{{
      {"us", microseconds{1}},
      {"ms", milliseconds{1}},
      {"s", seconds{1}},
      {"m", minutes{1}},
      {"h", hours{1}},
  }};
  if (text == "0") return {};
  for (const auto& [name, unit] : units) {
    if (!text.ends_with(name)) continue;
    const auto count = parse_number<double>(text.substr(0, text.size() - name.size()));
    if (!count) continue;
    const auto value = *count * duration_cast<std::chrono::duration<double, std::nano>>(unit);
    if (!(value >= value.zero() && value <= longest)) break;
    return duration_cast<duration>(value);
  }
  refuse(text, "expected a time up to 24h, as 10s, 500ms or 2m");
}

weighted_url parse_weighted_url(std::string_view text) {
  weighted_url made;
  const auto colon = text.find(':');
  if (const auto weight = parse_number<unsigned>(text.substr(0, colon))) {
    if (*weight < 1 || *weight > max_weight) refuse(text, "a weight is 1 to 1000");
    made.weight = *weight;
    text.remove_prefix(colon == text.npos ? text.size() : colon + 1);
  }
  parse_load_url(text);
  made.text = text;
  return made;
}

std::vector<weighted_url> parse_url_lines(std::string_view text, const std::string& name) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<weighted_url> all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    if (all.size() == max_urls) throw std::invalid_argument{name + ": more than 10000 URLs"};
    try {
      all.push_back(parse_weighted_url(line));
    } catch (const std::invalid_argument& wrong) {
      throw std::invalid_argument{fmt::format("{}:{}: {}", name, number, wrong.what())};
    }
  }
  if (all.empty()) throw std::invalid_argument{name + ": has no URL"};
  return all;
}

void parse_tokens(std::string_view text, token_options& into) {
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  const auto value = equals == text.npos ? std::string_view{} : text.substr(equals + 1);
  if (name == "file" && !value.empty()) {
    into.from = token_options::source::file;
    into.file = value;
    return;
  }
  const auto count = parse_number<std::uint64_t>(value);
  if ((name != "distinct" && name != "hot") || !count || *count < 1 || *count > max_tokens) {
    refuse(text, "expected distinct=N or hot=N (1 to 1000000), or file=F with a token a line");
  }
  into.from = token_options::source::minted;
  into.count = *count;
  into.hot = name == "hot";
}

void parse_expect(std::string_view text, load_options& into) {
  const auto equals = text.find('=');
  if (equals == text.npos || text.substr(0, equals) == "valid") {
    into.expect = expectation{equals == text.npos ? text : text.substr(equals + 1)};
    return;
  }
  const auto kind = text.substr(0, equals);
  if (std::find(kinds_known.begin(), kinds_known.end(), kind) == kinds_known.end()) {
    refuse(text, "expected statuses as 2xx,304, or those of a kind of tokens as scope=401");
  }
  into.expect_of.insert_or_assign(std::string{kind}, expectation{text.substr(equals + 1)});
}

std::vector<kind_share> parse_mix(std::string_view text) {
  std::vector<kind_share> all;
  for (auto rest = text;;) {
    const auto comma = rest.find(',');
    const auto one = rest.substr(0, comma);
    const auto equals = one.find('=');
    const auto name = one.substr(0, equals);
    const auto share =
        parse_number<unsigned>(equals == one.npos ? std::string_view{} : one.substr(equals + 1));
    if (std::find(kinds_known.begin(), kinds_known.end(), name) == kinds_known.end() || !share ||
        *share < 1 || *share > max_weight) {
      refuse(text,
             "expected shares of 1 to 1000 as valid=95,expired=3,kid=2; there are valid, "
             "expired, scope, kid, audience, garbage and missing");
    }
    const auto again = [&](const kind_share& other) { return other.kind == name; };
    if (std::any_of(all.begin(), all.end(), again)) refuse(text, "names a kind twice");
    all.push_back({std::string{name}, *share});
    if (comma == rest.npos) return all;
    rest.remove_prefix(comma + 1);
  }
}

std::optional<std::string> problem_of(const load_options& asked) {
  if (asked.urls.empty()) return "which URL? as latchkey-bench load https://localhost:8443/notes";
  if (!http::is_token(asked.method)) return "--method \"" + asked.method + "\" is no method";
  for (const auto& line : asked.headers) {
    if (auto problem = problem_of_header(line)) return problem;
  }
  const auto& to = asked.files;
  const auto same = [](const std::string& one, const std::string& other) {
    return !one.empty() && one == other;
  };
  if (same(to.html, to.hgrm) || same(to.html, to.hdr_log) || same(to.hgrm, to.hdr_log)) {
    return "--html, --hgrm, --hdr-log: each needs a file of its own";
  }
  if (auto problem = problem_of_loop(asked)) return problem;
  if (auto problem = problem_of_tokens(asked)) return problem;
  if (!asked.key_file.empty() && asked.certificate_file.empty()) {
    return "--key: of which certificate? give --cert, too";
  }
  return problem_of_idp(asked);
}

}  // namespace latchkey::bench::run
