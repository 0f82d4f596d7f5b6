// One issuer whose name is never resolved, or whose keys take long to check, beside a sound one.
#include "common/durations.hpp"
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/steady_load.hpp"
#include "load/when_all.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/asio/ip/udp.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/bn.h>

#include <array>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

namespace asio = async::asio;

constexpr milliseconds livez_within{250};
constexpr seconds first_keys{5};
constexpr seconds watched{4};

// Until the sound issuer's keys are there.
async::task<core::steady_duration> await_served(test_env& env, server_process& asked,
                                                std::string token) {
  const auto begun = clock::now();
  for (;;) {
    const auto told = co_await asked.get(guarded_path, token);
    const auto took = clock::now() - begun;
    if (told.status == 200 || took > first_keys) co_return took;
    co_await env.sleep(milliseconds{20});
  }
}

// What holds beside either; `extra` is what shows that the fault was there.
async::task<row> watch(test_env& env, server_process& asked, std::string token, std::string fault) {
  row result;
  result.required = fmt::format(
      "{}: the other issuer's tokens 200 within 1 s of the start and from then on; /livez 200 "
      "within {} ms all the while",
      fault, livez_within.count());
  const auto first = co_await await_served(env, asked, token);
  load_record guarded;
  load_record probes;
  std::vector<async::task<>> all;
  all.push_back(probe(env, asked.front(), get_request(guarded_path, token), watched, guarded));
  all.push_back(probe(env, asked.admin(), get_request("/livez", {}), watched, probes));
  co_await load::when_all(env.home(), std::move(all));
  result.measured =
      fmt::format("served after {:.0f} ms; tokens: {}; /livez: {}, at most {:.0f} ms",
                  in_milliseconds(first), statuses_of(guarded.samples), statuses_of(probes.samples),
                  in_milliseconds(probes.latencies.max()));
  // Of the tokens no latency is required.
  result.ok = first <= seconds{1} && guarded.all_well(core::steady_duration::max()) &&
              probes.all_well(livez_within);
  co_return result;
}

// A prime of 8192 bits (RFC 3526 section 7): as a modulus, what OpenSSL takes longest to refuse.
std::string slow_modulus() {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> prime{BN_get_rfc3526_prime_8192(nullptr),
                                                          BN_free};
  std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(prime.get())));
  BN_bn2bin(prime.get(), bytes.data());
  return core::base64url_encode(bytes);
}

// Each of numbers of its own.
std::string slow_keys() {
  const auto modulus = slow_modulus();
  boost::json::array keys;
  for (unsigned i = 0; i < 99; ++i) {
    const std::array<unsigned char, 1> exponent{static_cast<unsigned char>(2 * i + 3)};
    keys.push_back(boost::json::object{{"kty", "RSA"},
                                       {"kid", fmt::format("slow-{}", i)},
                                       {"n", modulus},
                                       {"e", core::base64url_encode(exponent)}});
  }
  return boost::json::serialize(boost::json::object{{"keys", std::move(keys)}});
}

std::vector<std::string> second_issuer(const std::string& name) {
  return {"issuer.1.issuer=" + name, "issuer.1.audiences=[\"account\"]",
          "issuer.1.cache.backoff_max=1s", "issuer.1.cache.cooldown=1s"};
}

async::task<row> beside_slow_keys(test_env& env) {
  const auto sound = co_await issuer_process::start(env);
  const auto slow = co_await issuer_process::start(env);
  boost::json::object fault;
  fault["body"] = slow_keys();
  co_await slow->fail(fault);
  server_options options;
  options.settings = second_issuer(slow->url());
  options.settings.push_back("issuer.1.jwks_uri=" + slow->jwks_uri());
  const auto token = co_await sound->token();
  const auto asked = co_await server_process::start(env, *sound, options);
  auto result = co_await watch(env, *asked, token,
                               "99 keys of 8192 bits that take 0.6 s each to check, some given up");
  const auto status = co_await env.ask(asked->admin(), "GET", "/status");
  const bool seen = status.body.find("key_not_checked") != status.body.npos;
  if (!seen) result.measured += "; no key was left unchecked";
  result.ok = result.ok && seen;
  co_return result;
}

// Takes every question and answers none; on an address of loopback that nobody else uses.
class mute_name_server {
 public:
  static constexpr const char* address = "127.0.0.77";

  explicit mute_name_server(const async::executor& home) : socket_{home} {
    core::error_code error;
    socket_.open(asio::ip::udp::v4(), error);
    if (!error) socket_.bind({asio::ip::make_address(address), 53}, error);
    if (!error) socket_.non_blocking(true, error);
    failure_ = error;
  }

  const core::error_code& failure() const { return failure_; }
  std::size_t questions() {
    std::array<char, 1024> question{};
    core::error_code error;
    std::size_t count = 0;
    while (socket_.receive(asio::buffer(question), 0, error) > 0 && !error) ++count;
    return count;
  }

 private:
  asio::basic_datagram_socket<asio::ip::udp, async::executor> socket_;
  core::error_code failure_;
};

row skipped(std::string why) {
  row made;
  made.required = "an issuer whose name server never answers holds up nobody else";
  made.measured = std::move(why);
  made.skipped = true;
  return made;
}

constexpr const char* with_names = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";

async::task<row> beside_mute_name_server(test_env& env) {
  if (::geteuid() != 0) co_return skipped("only root can have a name server of its own");
  mute_name_server names{env.home()};
  if (names.failure()) co_return skipped("port 53 cannot be had: " + names.failure().message());
  const auto settings = env.write(
      "resolv.conf",
      fmt::format("nameserver {}\noptions timeout:30 attempts:5\n", mute_name_server::address));
  const std::vector<std::string> under{"/usr/bin/unshare", "--mount",        "/bin/sh", "-c",
                                       with_names,         settings.string()};
  const auto trial = env.start(under.front(), {under.begin() + 1, under.end()});
  const auto allowed = co_await trial->ended(core::deadline{clock::now() + seconds{10}});
  if (allowed != 0) co_return skipped("the system allows no mounts of a program's own");
  const auto sound = co_await issuer_process::start(env);
  const auto token = co_await sound->token();
  server_options options;
  options.under = under;
  options.settings = second_issuer("https://mute.example/");
  const auto asked = co_await server_process::start(env, *sound, options);
  auto result = co_await watch(env, *asked, token, "an issuer's name server never answers");
  const auto questions = names.questions();
  result.measured += fmt::format("; {} questions", questions);
  result.ok = result.ok && questions > 0;
  co_return result;
}

}  // namespace

void add_neighbour_cases(std::vector<fault_case>& all) {
  all.push_back({"beside:slow-keys", beside_slow_keys});
  all.push_back({"beside:mute-name-server", beside_mute_name_server});
}

}  // namespace latchkey::bench::idp_faults
