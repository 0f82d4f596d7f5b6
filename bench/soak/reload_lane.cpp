// Reloads: good ones, after which the server has to be as the new configuration says, and ones that
// it has to refuse.
#include "soak/state.hpp"
#include "soak/terms.hpp"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::soak {
namespace {

struct x509_deleter {
  void operator()(X509* one) const { X509_free(one); }
  void operator()(BIO* one) const { BIO_free(one); }
};

constexpr unsigned taken = 200;
constexpr unsigned refused = 422;
constexpr seconds handshake_timeout{5};
constexpr unsigned looks = 4;  // at the certificate: the two workers take connections by chance

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << text;
  file.close();
  if (!file) throw std::runtime_error{path + " cannot be written"};
}

std::string text_of_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// Whether the server shows the certificate in that file to a new connection; nothing where none
// could be made.
async::task<std::optional<bool>> shows(state& all, std::string path) {
  load::connection over{all.env.waits(), all.front};
  const core::deadline until{clock::now() + handshake_timeout};
  if (co_await over.open(until)) co_return std::nullopt;
  const auto pem = text_of_file(path);
  const std::unique_ptr<BIO, x509_deleter> bytes{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const std::unique_ptr<X509, x509_deleter> wanted{
      PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr)};
  const std::unique_ptr<X509, x509_deleter> shown{SSL_get1_peer_certificate(over.tls())};
  co_return wanted&& shown&& X509_cmp(wanted.get(), shown.get()) == 0;
}

async::task<> look_at_certificate(state& all) {
  co_await all.env.sleep(switch_over);
  for (unsigned i = 0; i < looks; ++i) {
    const auto right = co_await shows(all, all.site.certificate);
    if (all.env.stopping() || right.value_or(false)) continue;
    all.done.troubles.push_back(
        fmt::format("{} ms: {}", all.since_start().count(),
                    right ? "another certificate than that of the configuration was shown"
                          : "no connection could be made to look at the certificate"));
  }
}

async::task<> reload(state& all, unsigned wanted, std::string_view what) {
  const auto got = co_await all.env.ask(all.admin, "POST", "/reload");
  if (got.status == wanted) co_return;
  all.done.troubles.push_back(fmt::format("{} ms: the reload \"{}\" was answered with {}, not {}",
                                          all.since_start().count(), what, got.status, wanted));
}

async::task<> take(state& all, std::string_view what, site_setting next) {
  all.site = std::move(next);
  write_file(all.site_path, site_text(all.site));
  const auto from = clock::now();
  auto& sites = all.history.sites;
  sites.back().replaced.from = from;
  sites.push_back({all.site.state, {from, never}, {}});
  co_await reload(all, taken, what);
  const auto by = clock::now();
  sites.back().begun.by = by;
  sites[sites.size() - 2].replaced.by = by;
  ++all.done.reloads;
  co_await look_at_certificate(all);
}

async::task<> refuse(state& all, std::string_view what) {
  write_file(all.site_path, broken_site_text(all.site, what));
  co_await reload(all, refused, what);
  write_file(all.site_path, site_text(all.site));
  ++all.done.refused_reloads;
}

}  // namespace

async::task<> run_reloads(state& all, std::vector<event> events) {
  for (const auto& one : events) {
    const bool due = co_await is_due(all, one.at);
    if (!due) co_return;
    auto next = all.site;
    if (one.what == "routes") {
      next.state.extra = !next.state.extra;
    } else if (one.what == "limits") {
      const bool small = next.state.body_bytes == body_limits[0];
      next.state.body_bytes = body_limits[small ? 1 : 0];
    } else if (one.what == "certificate") {
      std::swap(next.certificate, all.other_certificate);
      std::swap(next.private_key, all.other_key);
    } else {
      co_await refuse(all, one.what);
      continue;
    }
    co_await take(all, one.what, std::move(next));
  }
}

}  // namespace latchkey::bench::soak
