#include "cli/commands.hpp"
#include "common/text_file.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace latchkey::bench {
namespace {

constexpr std::size_t max_url_bytes = std::size_t{64} << 20;

// What the texts of the options say, once all have been read.
struct given {
  run::load_options options;
  std::vector<std::string> urls;
  std::string url_file;
  std::vector<std::string> connect;
  std::vector<std::string> fail_if;
  std::string tokens;
  std::string mix;
  std::vector<std::string> expect;
  std::string duration;
  std::string warmup;
  std::string ramp;
  std::string timeout;
  std::string keepalive = "on";
  std::vector<std::string> idp;
};

// Says which option a text was wrong for.
template <class Parse>
auto parsed(const char* option, Parse parse) {
  try {
    return parse();
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError{option, wrong.what()};
  }
}

void add_loop_options(CLI::App& added, given& asked) {
  auto& options = asked.options;
  added.add_option("URL", asked.urls, "Where to; 3:URL for three times the weight");
  added.add_option("--urls", asked.url_file, "Of a file, one a line, too; # begins a comment")
      ->type_name("FILE");
  added
      .add_option(
          "--connect-to", asked.connect,
          "HOST:PORT:OTHER:PORT: connect to OTHER for what goes to HOST; may be given again")
      ->allow_extra_args(false);
  added.add_option("--connections,-c", options.connections, "Kept open at a time, to each server")
      ->capture_default_str();
  added.add_option("--rate,-r", options.rate,
                   "Open loop: so many requests a second, whatever the answers take");
  added.add_option("--duration,-d", asked.duration, "Of what is measured (default: 10s)")
      ->type_name("TIME");
  added.add_option("--requests,-n", options.requests, "So many requests, then the end");
  added.add_option("--warmup", asked.warmup, "Of load before it, which is not measured")
      ->type_name("TIME");
  added.add_option("--ramp", asked.ramp, "Open the connections over so long (also not measured)")
      ->type_name("TIME");
  added.add_option("--threads,-t", options.threads, "Share the connections")->capture_default_str();
  added
      .add_option("--timeout", asked.timeout,
                  "Of one request (default: 10s); a run takes no longer than --duration and this")
      ->type_name("TIME");
}

void add_request_options(CLI::App& added, given& asked) {
  auto& options = asked.options;
  added.add_option("--method,-X", options.method)->capture_default_str();
  added.add_option("--header,-H", options.headers, "\"Name: value\"; may be given again")
      ->allow_extra_args(false);
  added
      .add_option("--body", options.body,
                  "The body of every request; @FILE: what it holds, @-: standard input, @@: an @")
      ->type_name("TEXT|@FILE");
  added.add_option("--keepalive", asked.keepalive, "off: a new connection for each request")
      ->capture_default_str()
      ->check(CLI::IsMember({"on", "off"}));
  added.add_flag("--resume", options.resume, "With --keepalive off: resume TLS sessions");
  added.add_option("--ca", options.ca_file, "PEM file of the authority to trust")
      ->type_name("FILE");
  added.add_option("--cert", options.certificate_file, "PEM file of a client certificate")
      ->type_name("FILE");
  added
      .add_option("--key", options.key_file,
                  "PEM file of its key (default: in the same file); without --cert as --token-key")
      ->type_name("FILE");
  added.add_flag("--insecure", options.insecure, "Do not verify the server's certificate");
  added
      .add_option(
          "--expect", asked.expect,
          "Statuses that are right, as 2xx,304 (default: 2xx; of tokens, of valid ones), or "
          "those of another kind, as scope=401; may be given again")
      ->allow_extra_args(false);
}

void add_token_options(CLI::App& added, given& asked) {
  auto& tokens = asked.options.tokens;
  tokens.mint_from = "http://127.0.0.1:9400";
  added.add_option("--tokens", asked.tokens,
                   "Bearer tokens, in turn: distinct=N, hot=N, or file=F with one a line");
  added.add_option("--mix", asked.mix,
                   "Shares of tokens: valid, expired, scope, kid, audience, garbage, missing");
  added.add_option("--mint-from", tokens.mint_from, "The latchkey-issuer that signs them")
      ->capture_default_str()
      ->type_name("URL");
  added.add_option("--token-key", tokens.key, "Sign them by this RSA key instead")
      ->type_name("PEM");
  added.add_option("--kid", tokens.kid, "Of that key (default: its thumbprint)");
  added.add_option("--issuer", tokens.issuer, "The claim iss");
  added.add_option("--audience", tokens.audience, "The claim aud");
  added.add_option("--scope", tokens.scope, "The claim scope");
}

void add_provider_options(CLI::App& added, given& asked) {
  added
      .add_option("--idp", asked.idp,
                  "Run latchkey-issuer beside the load and make it do that: rotate/5s, "
                  "rotate-now@10s, remove@12s, fail=unavailable@5s+3s, stall@5s+3s, "
                  "flood=200@5s+3s; may be given again")
      ->allow_extra_args(false)
      ->type_name("ACTION");
  added
      .add_option("--idp-listen", asked.options.idp_listen,
                  "Its address, by which the server must know it")
      ->capture_default_str()
      ->type_name("ADDRESS");
}

void add_output_options(CLI::App& added, given& asked) {
  const auto named = [](const std::string& path) {
    return path.empty() ? std::string{"a file needs a name"} : std::string{};
  };
  added.add_flag("--json", asked.options.json, "One JSON object in place of the summary");
  added.add_option("--html", asked.options.files.html, "Write a page with curves, too")
      ->type_name("FILE")
      ->check(named);
  added.add_option("--hgrm", asked.options.files.hgrm, "Write HdrHistogram's table of percentiles")
      ->type_name("FILE")
      ->check(named);
  added
      .add_option("--hdr-log", asked.options.files.hdr_log,
                  "Write latency and service time as HdrHistogram's log")
      ->type_name("FILE")
      ->check(named);
  added.add_flag("--quiet,-q", asked.options.quiet, "No lines while it runs");
  added
      .add_option("--fail-if", asked.fail_if,
                  "'p99>5ms', 'errors>0': exit with 3; may be given "
                  "again")
      ->allow_extra_args(false);
}

// Without a client certificate --key has always meant the key that signs tokens.
void give_key_to_whom_it_belongs(run::load_options& options) {
  if (options.key_file.empty() || !options.certificate_file.empty()) return;
  if (options.tokens.from != run::token_options::source::minted) return;
  if (!options.tokens.key.empty()) {
    throw CLI::ValidationError{"--key", "without --cert it is --token-key, which is given, too"};
  }
  options.tokens.key = std::exchange(options.key_file, {});
}

void read_urls(given& asked) {
  auto& urls = asked.options.urls;
  for (const auto& url : asked.urls) {
    urls.push_back(parsed("URL", [&] { return run::parse_weighted_url(url); }));
  }
  if (asked.url_file.empty()) return;
  const auto text = read_text_file(asked.url_file, max_url_bytes);
  const auto more = parsed("--urls", [&] { return run::parse_url_lines(text, asked.url_file); });
  urls.insert(urls.end(), more.begin(), more.end());
}

void read_texts(given& asked) {
  auto& options = asked.options;
  read_urls(asked);
  for (const auto& one : asked.connect) {
    options.connect.push_back(parsed("--connect-to", [&] { return run::parse_connect_to(one); }));
  }
  const auto time = [](const char* option, const std::string& text, auto& into) {
    if (!text.empty()) into = parsed(option, [&] { return run::parse_duration(text); });
  };
  time("--duration", asked.duration, options.length);
  time("--warmup", asked.warmup, options.warmup);
  time("--ramp", asked.ramp, options.ramp);
  time("--timeout", asked.timeout, options.timeout);
  options.keepalive = asked.keepalive == "on";
  if (!asked.tokens.empty()) {
    parsed("--tokens", [&] {
      run::parse_tokens(asked.tokens, options.tokens);
      return true;
    });
  }
  give_key_to_whom_it_belongs(options);
  if (!asked.mix.empty()) options.mix = parsed("--mix", [&] { return run::parse_mix(asked.mix); });
  for (const auto& one : asked.expect) {
    parsed("--expect", [&] {
      run::parse_expect(one, options);
      return true;
    });
  }
  for (const auto& one : asked.idp) {
    options.idp.push_back(parsed("--idp", [&] { return run::parse_provider_action(one); }));
  }
  for (const auto& one : asked.fail_if) {
    options.fail_if.push_back(parsed("--fail-if", [&] { return report::parse_limit(one); }));
  }
}

}  // namespace

void add_load(CLI::App& program, command_fn& chosen) {
  auto* added = program.add_subcommand(
      "load", "Load on an HTTP server: closed loop, or at a constant rate, with tokens");
  added->footer(
      "Examples:\n"
      "  latchkey-bench load https://localhost:8443/openapi.json --ca cert.pem\n"
      "  latchkey-bench load https://localhost:8443/notes --ca cert.pem --tokens distinct=1000 \\\n"
      "      --scope example:note:read --rate 1000 --duration 30s --fail-if 'p99>5ms'\n"
      "  latchkey-bench load https://localhost:8443/my-token --ca cert.pem --tokens hot=16 \\\n"
      "      --mix valid=95,expired=3,kid=2 --json\n"
      "  latchkey-bench load https://localhost:8443/openapi.json --ca cert.pem --keepalive off "
      "--resume\n"
      "  latchkey-bench load https://localhost:8443/my-token --ca cert.pem --tokens hot=64 --rate "
      "500 \\\n"
      "      --idp rotate/5s --idp fail=unavailable@8s+4s --duration 20s --html report.html\n"
      "Exit status: 0 measured, 1 the run could not begin, 2 wrong usage, 3 a --fail-if holds, "
      "130\n"
      "stopped by Ctrl-C (what was measured until then is shown).");
  const auto asked = std::make_shared<given>();
  add_loop_options(*added, *asked);
  add_request_options(*added, *asked);
  add_token_options(*added, *asked);
  add_provider_options(*added, *asked);
  add_output_options(*added, *asked);
  added->callback([asked, &chosen] {
    read_texts(*asked);
    if (const auto problem = run::problem_of(asked->options)) throw CLI::ValidationError{*problem};
    chosen = [asked](const cli_env& with) { return with.load(asked->options); };
  });
}

}  // namespace latchkey::bench
