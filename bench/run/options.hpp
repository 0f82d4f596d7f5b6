// The options of `latchkey-bench load`, the parsers of their values, and their validation. Not for
// running it.
#pragma once

#include "report/files.hpp"
#include "report/limits.hpp"
#include "run/connect_to.hpp"
#include "run/expectation.hpp"
#include "run/provider_script.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::run {

using duration = std::chrono::nanoseconds;

inline constexpr std::size_t max_urls = 10'000;

// "https://host/path", or "3:https://host/path" for three times as many requests as weight 1.
struct weighted_url {
  std::string text;
  unsigned weight = 1;
};

// Where tokens come from. Several are sent in turn.
struct token_options {
  enum class source : std::uint8_t { none, minted, file };
  source from = source::none;
  std::uint64_t count = 0;
  bool hot = false;  // asked for as hot=N: few, again and again
  std::string file;  // one token a line

  std::string key;        // PEM file that signs them; empty: a running latchkey-issuer does
  std::string kid;        // with `key`; empty: its thumbprint
  std::string mint_from;  // that issuer's URL, or that of its controls
  std::string issuer;     // of the claims; empty: the issuer's own
  std::string audience;
  std::string scope;
};

// A part of the requests, which carries tokens of one kind.
struct kind_share {
  std::string kind;
  unsigned share = 1;
};

struct load_options {
  std::vector<weighted_url> urls;
  std::optional<double> rate;  // requests a second; nothing: closed loop
  unsigned connections = 64;
  unsigned threads = 1;
  std::optional<duration> length;  // 10 s unless `requests` is given
  std::optional<std::uint64_t> requests;
  duration warmup{};
  duration ramp{};
  duration timeout = std::chrono::seconds{10};
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value"
  std::string body;                  // or "@file", see run/body
  bool keepalive = true;
  bool resume = false;
  std::string ca_file;
  bool insecure = false;
  std::string certificate_file;  // ours, for the server; empty: none
  std::string key_file;          // of it; empty: in the same file
  std::vector<connect_to> connect;

  token_options tokens;
  std::vector<kind_share> mix;
  std::optional<expectation> expect;             // of valid requests
  std::map<std::string, expectation> expect_of;  // of another kind of token

  // What the provider that runs beside the load does; empty: there is none.
  std::vector<provider_action> idp;
  std::string idp_listen = "127.0.0.1:9400";

  bool json = false;
  report::file_names files;
  bool quiet = false;
  std::vector<report::limit> fail_if;
};

// These throw std::invalid_argument that says what is wrong with the text.
duration parse_duration(std::string_view text);  // "10s", "500ms", "2m", "0"
weighted_url parse_weighted_url(std::string_view text);
// One a line, empty ones and those that begin with '#' left out; `name` is that of the file, for
// messages. At most max_urls.
std::vector<weighted_url> parse_url_lines(std::string_view text, const std::string& name);
void parse_tokens(std::string_view text,
                  token_options& into);  // "distinct=4000", "hot=16", "file=F"
// "2xx" of valid requests, or "scope=401" of another kind.
void parse_expect(std::string_view text, load_options& into);
std::vector<kind_share> parse_mix(std::string_view text);  // "valid=95,expired=3,kid=2"

// Of what is measured; a day where only requests are counted.
duration length_of(const load_options& asked);
// About how long that will be, for the steps of the time axis: what so many requests take at their
// rate; where nothing is known, two minutes.
duration expected_length(const load_options& asked);
// Whether requests may be sent twice: the method is idempotent (RFC 9110 section 9.2.2).
bool is_repeatable(std::string_view method);
// Whether a header of that name was asked for.
bool has_header(const load_options& asked, std::string_view name);

// What is wrong with the options together; nothing if they can be carried out.
std::optional<std::string> problem_of(const load_options& asked);

}  // namespace latchkey::bench::run
