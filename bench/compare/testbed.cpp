#include "compare/testbed.hpp"

#include "compare/programs.hpp"
#include "harness/free_port.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace latchkey::bench::compare {
namespace {

using harness::clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds timeout{20};
constexpr milliseconds poll_interval{20};
constexpr std::chrono::hours token_life{6};

struct bio_deleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct key_deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::filesystem::path beside_this(const char* name) {
  auto path = std::filesystem::read_symlink("/proc/self/exe").replace_filename(name);
  if (!std::filesystem::exists(path)) {
    throw std::runtime_error{path.string() + " is not there: build it with this program"};
  }
  return path;
}

std::string lines_of(const std::vector<std::string>& all, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count && i < all.size(); ++i) text += all[i] + '\n';
  return text;
}

void write_whole(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (!file.flush()) throw std::runtime_error{"cannot write " + path.string()};
}

std::string first_lines(const harness::child& program) {
  constexpr std::size_t max = 3;
  std::string text;
  for (std::size_t i = 0; i < max && i < program.lines().size(); ++i) {
    text += (text.empty() ? ": " : "; ") + program.lines()[i];
  }
  return text;
}

}  // namespace

core_plan plan_cores(const std::vector<unsigned>& usable) {
  if (usable.size() < 2) {
    throw std::runtime_error{
        "a comparison needs two cores: one for the server, one for the load client"};
  }
  const bool shared = usable.size() == 2;
  return {usable[0], usable[1], {usable[0], shared ? usable[1] : usable[2]}, shared};
}

std::string public_pem_of(const std::filesystem::path& private_key) {
  const std::unique_ptr<BIO, bio_deleter> file{BIO_new_file(private_key.c_str(), "r")};
  const std::unique_ptr<EVP_PKEY, key_deleter> key{
      file ? PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr};
  const std::unique_ptr<BIO, bio_deleter> memory{BIO_new(BIO_s_mem())};
  if (!key || !memory || PEM_write_bio_PUBKEY(memory.get(), key.get()) != 1) {
    throw std::runtime_error{"cannot read the issuer's key"};
  }
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string with_bad_signature(std::string token) {
  // The last character may hold bits that no byte of the signature is made of.
  constexpr std::size_t from_end = 3;
  auto& one = token.at(token.size() - from_end);
  one = one == 'A' ? 'B' : 'A';
  return token;
}

testbed::testbed(harness::test_env& env, compare_options asked)
    : env_{env}, asked_{std::move(asked)}, cores_{plan_cores(harness::usable_cores())} {}

async::task<std::unique_ptr<testbed>> testbed::set_up(harness::test_env& env,
                                                      compare_options asked) {
  std::unique_ptr<testbed> made{new testbed{env, std::move(asked)}};
  co_await made->prepare();
  co_return made;
}

async::task<> testbed::prepare() {
  // A file that is not there yet: the issuer makes its key in it.
  const auto key_file = env_.certificate_file().parent_path() / "issuer.key";
  harness::issuer_options options;
  options.key_file = key_file.string();
  issuer_ = co_await harness::issuer_process::start(env_, options);

  harness::token_options wanted;
  wanted.count = std::max(asked_.distinct_tokens, asked_.hot_tokens);
  wanted.expires_in = token_life;
  const auto tokens = co_await issuer_->tokens(wanted);
  token_ = tokens.front();
  distinct_ = env_.write("distinct.txt", lines_of(tokens, asked_.distinct_tokens));
  hot_ = env_.write("hot.txt", lines_of(tokens, asked_.hot_tokens));

  shared_.certificate = env_.certificate_file().string();
  shared_.key = env_.key_file().string();
  const auto& identity = env_.server_identity();
  shared_.certificate_and_key = env_.write("both.pem", identity.pem + identity.key_pem).string();
  shared_.public_key = env_.write("public.pem", public_pem_of(key_file)).string();
  shared_.issuer = issuer_->url();
  shared_.folder = env_.certificate_file().parent_path().string();
  write_whole(env_.certificate_file().parent_path() / "fastapi_app.py", fastapi_app());

  const auto own = co_await start(contender::latchkey, {});
  const auto answer =
      co_await env_.ask(target_of(own), "GET", std::string{guarded_path}, {}, token_);
  shared_.body = answer.body;
  body_ = env_.write("body.json", shared_.body);
}

load::target testbed::target_of(const running_server& server) const {
  load::target to;
  to.where = {async::asio::ip::address_v4::loopback(), server.port};
  to.tls = env_.tls();
  return to;
}

std::vector<std::string> testbed::command_of(contender which, const latchkey_setting& with,
                                             const setting& paths) {
  const auto& cores = with.workers > 1 ? cores_.two_servers : std::vector<unsigned>{cores_.server};
  const auto found = [](const char* name) { return find_program(name).value_or(name); };
  switch (which) {
    case contender::latchkey: {
      const auto config =
          env_.write("latchkey.toml", latchkey_config(paths, with.workers, with.cache));
      std::vector<std::string> arguments{"serve", "--config", config.string()};
      for (const auto& one : asked_.settings) arguments.insert(arguments.end(), {"--set", one});
      return pinned_command(cores, beside_this("latchkey"), std::move(arguments));
    }
    case contender::haproxy: {
      const auto config = env_.write("haproxy.cfg", haproxy_config(paths));
      return pinned_command(cores, found("haproxy"), {"-db", "-f", config.string()});
    }
    case contender::nginx: {
      auto scripted = paths;
      scripted.script = env_.write("verify.lua", nginx_script(paths)).string();
      const auto config = env_.write("nginx.conf", nginx_config(scripted));
      return pinned_command(cores, found("nginx"), {"-e", "stderr", "-c", config.string()});
    }
    case contender::fastapi:
      return pinned_command(cores, "/usr/bin/env", fastapi_arguments(paths));
    case contender::hello:
      break;
  }
  return pinned_command(
      cores, beside_this("latchkey-bench-hello"),
      {fmt::format("{}", paths.port), paths.certificate, paths.key, body_.string()});
}

async::task<running_server> testbed::start(contender which, latchkey_setting with) {
  auto paths = shared_;
  paths.port = harness::free_port();
  do paths.admin_port = harness::free_port();
  while (paths.admin_port == paths.port);
  auto command = command_of(which, with, paths);
  const std::filesystem::path first{command.front()};
  command.erase(command.begin());
  running_server made{which, env_.start(first, std::move(command)), paths.port, paths.admin_port};
  co_await await_answer(made);
  co_return made;
}

async::task<> testbed::await_answer(running_server server) {
  const auto until = clock::now() + timeout;
  const auto to = target_of(server);
  const std::string path{guarded_path};
  unsigned status = 0;
  while (status != 200) {
    // Nobody listens yet: that is the exception.
    try {
      const auto got = co_await env_.ask(to, "GET", path, {}, token_);
      status = got.status;
    } catch (const harness::stopped&) {
      throw;
    } catch (const std::runtime_error&) {
      status = 0;
    }
    if (status == 200) break;
    const core::deadline at_once{clock::now()};
    const auto ended = co_await server.program->ended(at_once);
    if (ended || clock::now() > until) {
      throw std::runtime_error{fmt::format("{} {}{}", name_of(server.which),
                                           ended ? "ended" : "did not answer as it should",
                                           first_lines(*server.program))};
    }
    co_await env_.sleep(poll_interval);
  }
  if (server.which == contender::hello) co_return;
  const auto got = co_await env_.ask(to, "GET", path, {}, with_bad_signature(token_));
  if (got.status != 401) {
    throw std::runtime_error{
        fmt::format("{} answered {} to a wrong signature", name_of(server.which), got.status)};
  }
}

load_call_options testbed::order_for(const running_server& server, const load_shape& shape,
                                     part tokens) const {
  return {shape, fmt::format("https://127.0.0.1:{}{}", server.port, guarded_path),
          tokens == part::distinct ? distinct_ : hot_, env_.certificate_file(), cores_.load};
}

async::task<measured_run> testbed::load(running_server server, load_shape shape, part tokens) {
  const auto before = harness::usage_of(server.program->pid());
  measured_run made;
  made.load = co_await measure_load(env_, order_for(server, shape, tokens));
  const auto after = harness::usage_of(server.program->pid());
  made.cpu_seconds = after.cpu_seconds - before.cpu_seconds;
  made.resident_bytes = after.resident_bytes;
  co_return made;
}

}  // namespace latchkey::bench::compare
