#include "key_file.hpp"

#include <latchkey/auth/discovery.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/key_source.hpp>
#include <latchkey/http/url.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace latchkey::auth {
namespace {

using fetched_or_error = core::result<http::fetched>;

constexpr unsigned ok = 200;
constexpr unsigned not_modified = 304;
constexpr unsigned not_found = 404;

// Kubernetes' API server answers nobody who does not ask for the second one (RFC 7517
// section 8.5.1).
constexpr std::string_view key_types = "application/json, application/jwk-set+json";

using report_ptr = std::shared_ptr<source_report>;

void tell_asking(const report_ptr& report, const std::string& address) {
  if (report) report->asking(address);
}

// For a status other than 200 and 304: sets the error, and reports the status and its target.
void judge_status(http::fetched& got, errc redirected, const core::error_code& other,
                  const report_ptr& report) {
  if (got.status == ok || got.status == not_modified) return;
  const bool elsewhere = got.status / 100 == 3;
  got.refusal = elsewhere ? core::error_code{redirected} : other;
  if (!report) return;
  auto found = "status " + std::to_string(got.status);
  if (elsewhere && !got.location.empty()) found += " to " + got.location;
  report->failed(found, "status 200");
}

// The entity tags of discovery are prefixed by their address, since a tag is valid at its own
// address only. No address contains a space.
std::string with_address(const std::string& address, std::string_view etag) {
  return etag.empty() ? std::string{} : address + ' ' + std::string{etag};
}

std::string without_address(const std::string& address, std::string_view tag) {
  const bool same =
      tag.size() > address.size() && tag.starts_with(address) && tag[address.size()] == ' ';
  return same ? std::string{tag.substr(address.size() + 1)} : std::string{};
}

// `address` is a copy: discovery may replace it meanwhile.
async::task<fetched_or_error> ask_keys(http::fetch fetch, std::string address, std::string etag,
                                       report_ptr report, core::deadline until) {
  tell_asking(report, address);
  http::fetch_request wanted{std::move(address), std::move(etag), std::string{key_types}};
  auto got = co_await fetch(std::move(wanted), until);
  if (got.has_error()) co_return got;
  judge_status(*got, errc::keys_redirect, errc::fetch_status, report);
  co_return got;
}

// Used on one executor, by one call at a time.
class discovery {
 public:
  discovery(http::fetch fetch, core::clock clock, discovery_settings settings)
      : fetch_{std::move(fetch)},
        clock_{std::move(clock)},
        settings_{std::move(settings)},
        metadata_{find_metadata(settings_)} {}

  static async::task<fetched_or_error> keys(std::shared_ptr<discovery> self, std::string tag,
                                            core::deadline until);

 private:
  async::task<fetched_or_error> ask_metadata(core::deadline until) const;
  async::task<std::optional<fetched_or_error>> find_address(core::deadline until);

  bool is_due() const {
    return address_.empty() || rediscover_ ||
           clock_.age_now() - found_at_ >= settings_.document_age;
  }

  // Discovery leaves half of the time for the address that is known already.
  core::deadline search_end(core::deadline until) const {
    if (address_.empty()) return until;
    const auto now = clock_.steady();
    return core::deadline{now + (until.at() - now) / 2};
  }

  http::fetch fetch_;
  core::clock clock_;
  discovery_settings settings_;
  metadata_addresses metadata_;
  std::string address_;  // of the keys; empty: not known yet
  core::steady_time found_at_;
  bool rediscover_ = false;  // the last fetch of the keys failed: they may have moved
};

// The metadata, or the status by which it is refused. After 404 from the first URL the response of
// the second counts; any other error of the first is more specific than that of the second.
async::task<fetched_or_error> discovery::ask_metadata(core::deadline until) const {
  http::fetch_request openid{metadata_.openid, {}};
  tell_asking(settings_.report, metadata_.openid);
  auto first = co_await fetch_(std::move(openid), until);
  if (first.has_error() || first->status == ok) co_return first;
  http::fetch_request oauth{metadata_.oauth, {}};
  tell_asking(settings_.report, metadata_.oauth);
  auto second = co_await fetch_(std::move(oauth), until);
  const bool answers = second && second->status == ok;
  if (answers || first->status == not_found) co_return second;
  tell_asking(settings_.report, metadata_.openid);
  co_return first;
}

// Nothing if the address of the keys is known now, otherwise why it is not.
async::task<std::optional<fetched_or_error>> discovery::find_address(core::deadline until) {
  auto got = co_await ask_metadata(until);
  if (got.has_error()) co_return got;
  // The request was not conditional; passed on it would confirm the keys.
  if (got->status == not_modified) co_return fetched_or_error{errc::metadata_status};
  judge_status(*got, errc::metadata_redirect, errc::metadata_status, settings_.report);
  if (got->status != ok) co_return got;
  auto named = read_metadata(got->body, settings_);
  if (named.has_error()) co_return fetched_or_error{named.error()};
  address_ = std::move(*named);
  found_at_ = clock_.age_now();
  co_return std::nullopt;
}

async::task<fetched_or_error> discovery::keys(std::shared_ptr<discovery> self, std::string tag,
                                              core::deadline until) {
  if (self->is_due()) {
    auto failed = co_await self->find_address(self->search_end(until));
    if (failed && self->address_.empty()) co_return std::move(*failed);
  }
  self->rediscover_ = true;  // also if this fetch ends by an exception
  auto mine = without_address(self->address_, tag);
  const bool conditional = !mine.empty();
  auto got = co_await ask_keys(self->fetch_, self->address_, std::move(mine),
                               self->settings_.report, until);
  if (got.has_error()) co_return got;
  if (got->status == not_modified && !conditional) co_return errc::fetch_status;
  self->rediscover_ = got->status != ok && got->status != not_modified;
  got->etag = with_address(self->address_, got->etag);
  co_return got;
}

async::task<fetched_or_error> read_file(std::shared_ptr<const std::filesystem::path> file,
                                        std::size_t max_bytes, std::string etag) {
  co_return read_key_file(*file, max_bytes, etag);
}

async::task<fetched_or_error> inline_response(std::shared_ptr<const std::string> jwks,
                                              std::string etag) {
  constexpr std::string_view tag = "inline";
  http::fetched response;
  response.status = etag == tag ? not_modified : ok;
  if (response.status == ok) response.body = *jwks;
  response.etag = tag;
  co_return response;
}

}  // namespace

key_source keys_at(http::fetch fetch, std::string uri, address_settings settings) {
  const auto where = http::parse_url(uri);
  if (!where || !(http::is_secure(*where) || settings.allow_http)) {
    // Without the address itself: somebody may have written a password into it.
    throw std::invalid_argument{
        "the keys' address must be https, or http to a loopback address; http elsewhere needs "
        "allow_http"};
  }
  return [fetch = std::move(fetch), uri = std::move(uri), report = std::move(settings.report)](
             std::string etag, core::deadline until) {
    return ask_keys(fetch, uri, std::move(etag), report, until);
  };
}

key_source keys_discovered(http::fetch fetch, core::clock clock, discovery_settings settings) {
  auto shared =
      std::make_shared<discovery>(std::move(fetch), std::move(clock), std::move(settings));
  return [self = std::move(shared)](std::string etag, core::deadline until) {
    return discovery::keys(self, std::move(etag), until);
  };
}

key_source keys_in_file(std::filesystem::path file, std::size_t max_bytes) {
  auto shared = std::make_shared<const std::filesystem::path>(std::move(file));
  return [path = std::move(shared), max_bytes](std::string etag, core::deadline) {
    return read_file(path, max_bytes, std::move(etag));
  };
}

key_source keys_inline(std::string jwks) {
  auto shared = std::make_shared<const std::string>(std::move(jwks));
  return [text = std::move(shared)](std::string etag, core::deadline) {
    return inline_response(text, std::move(etag));
  };
}

}  // namespace latchkey::auth
