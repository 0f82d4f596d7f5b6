#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/forward_auth.hpp>
#include <latchkey/edge/original_request.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/net/address_text.hpp>
#include <latchkey/server/forwarded_client.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace latchkey::edge {
namespace {

constexpr std::string_view not_stored = "no-store";

// What of the check's target stands behind the path that it is asked at, with its query. A query
// alone says nothing: Caddy leaves that of the request there, and tells of it in a field as well.
std::string_view behind(const http::target& asked, const std::string& path) {
  if (asked.path.size() <= path.size()) return {};
  const auto* const begin = asked.path.data() + path.size();
  const auto& last = asked.has_query ? asked.query : asked.path;
  return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

// The head of the request that is asked about, for who judges it: its fields are those that the
// check has brought along.
http::request_head head_of(const original_request& of, const http::request_head& check) {
  http::request_head made;
  made.method = of.method;
  made.method_text = of.method_text;
  made.target = of.target_text;
  made.fields.reserve(check.fields.size() + 2);
  if (!of.host.empty()) made.fields.push_back({"host", of.host});
  bool by_page = false;
  const auto is = [](const http::field& one, std::string_view name) {
    return one.name.size() == name.size() && http::same_name(one.name, name);
  };
  for (const auto& one : check.fields) {
    if (is(one, "host")) continue;
    by_page = by_page || is(one, "origin") || is(one, "sec-websocket-key");
    made.fields.push_back(one);
  }
  // An upgrade is between the client and the neighbour, which does not tell of it. A page of
  // another origin could open a WebSocket with somebody's cookie: whatever a page asks for is held
  // to the rules of one.
  if (by_page && !made.find("upgrade")) made.fields.push_back({"upgrade", "websocket"});
  return made;
}

bool passes_as_it_is(unsigned status) {
  return status == 401 || status == 403 || status == 429 || status >= 500;
}

http::response with_status(http::status code, http::response of) {
  http::response made{code};
  for (const auto field : of.fields()) made.add(field.name, field.value);
  made.body = std::move(of.body);
  return made;
}

// As every neighbour passes it on.
http::response told(http::context& ctx, http::response answer) {
  const auto status = static_cast<unsigned>(answer.code());
  if (answer.code() == http::status::ok) {
    // As tell_identity has made it.
    if (answer.find("cache-control") == not_stored) return answer;
  } else if (status / 100 == 2) {
    answer = with_status(http::status::ok, std::move(answer));
  } else if (!passes_as_it_is(status)) {
    answer = with_status(http::status::forbidden, std::move(answer));
  }
  answer.set("cache-control", not_stored);
  if (!ctx.reason.empty()) answer.set("x-latchkey-reason", ctx.reason);
  return answer;
}

// Which sizes the names have, a bit each: of most fields that settles whether one is another
// spelling.
std::uint64_t sizes_of(const std::vector<std::string>& names) {
  std::uint64_t sizes = 0;
  for (const auto& one : names) sizes |= std::uint64_t{1} << std::min<std::size_t>(one.size(), 63);
  return sizes;
}

struct checker {
  std::shared_ptr<const forward_auth_settings> by;
  http::router routes;
  std::uint64_t sizes;  // of by->identities

  async::task<http::response> operator()(http::context& ctx) const;

 private:
  http::response refuse(http::context& ctx, const core::error_code& error) const {
    ctx.reason = error.category() == http::category()
                     ? http::reason(static_cast<http::errc>(error.value()))
                     : reason(static_cast<errc>(error.value()));
    return told(
        ctx,
        problem(error.category() == category() ? error : make_error_code(errc::check_malformed)));
  }

  bool is_trusted(const http::context& ctx) const {
    // Behind a header of the PROXY protocol anybody may be the one who writes the request.
    return !ctx.by_proxy_header && net::is_within(by->trusted, ctx.peer);
  }

  void find_client(http::context& ctx) const {
    const auto named = server::forwarded_client(ctx.request, by->proxies);
    ctx.checked->client = named ? net::write_address(*named) : std::string{ctx.peer};
    ctx.client = ctx.checked->client;
  }

  bool has_forged(const http::request_head& head) const {
    return std::any_of(head.fields.begin(), head.fields.end(), [this](const http::field& one) {
      const auto bit = std::min<std::size_t>(one.name.size(), 63);
      return ((sizes >> bit) & 1U) != 0 && is_other_spelling(one.name, by->identities);
    });
  }
};

async::task<http::response> checker::operator()(http::context& ctx) const {
  auto& noted = ctx.checked.emplace();
  const bool trusted = is_trusted(ctx);
  if (trusted) find_client(ctx);
  const auto original = read_original(ctx.request, behind(ctx.target, by->path), trusted);
  if (original.has_error()) co_return refuse(ctx, original.error());
  noted.method = original->method_text;
  noted.path = original->target.path;
  if (has_forged(ctx.request)) co_return refuse(ctx, errc::check_forged);

  const auto head = head_of(*original, ctx.request);
  http::context asked{head, original->target, ctx.executor};
  asked.waits = ctx.waits;
  asked.peer = ctx.peer;
  asked.hop = ctx.hop;
  asked.client = ctx.client;
  asked.secure = original->secure;
  asked.version = ctx.version;
  asked.deadline = ctx.deadline;
  const auto decided = routes.decide(head, original->target.path, asked.parameters);
  noted.route = decided.pattern;
  using outcome = http::routing::outcome;
  switch (decided.result) {
    case outcome::found:
      break;
    case outcome::no_path:
      co_return refuse(ctx, errc::check_no_route);
    case outcome::ambiguous:
      co_return refuse(ctx, errc::ambiguous_path);
    case outcome::no_method:
    case outcome::options:
      co_return refuse(ctx, errc::check_no_method);
  }
  asked.route = decided.pattern;
  auto answer = co_await (*decided.answer)(asked);
  ctx.reason = asked.reason;
  co_return told(ctx, std::move(answer));
}

struct teller {
  std::shared_ptr<const identity_fields> by;
  std::shared_ptr<const identity_caches> known;

  async::task<http::response> operator()(http::context& ctx) const {
    auto* const here = known ? known->here() : nullptr;
    if (here != nullptr) {
      if (const auto* const told = here->find(*by, ctx.principal)) co_return *told;
    }
    http::response answer{http::status::ok};
    if (const auto error = by->add(ctx.principal.get(), answer)) {
      ctx.reason = reason(static_cast<errc>(error.value()));
      co_return problem(error);
    }
    answer.set("cache-control", not_stored);
    if (here != nullptr) here->put(*by, ctx.principal, answer);
    co_return answer;
  }
};

}  // namespace

http::handler forward_auth(forward_auth_settings settings, http::router routes) {
  const auto sizes = sizes_of(settings.identities);
  return checker{std::make_shared<const forward_auth_settings>(std::move(settings)),
                 std::move(routes), sizes};
}

http::handler tell_identity(std::shared_ptr<const identity_fields> by,
                            std::shared_ptr<const identity_caches> known) {
  return teller{std::move(by), std::move(known)};
}

}  // namespace latchkey::edge
