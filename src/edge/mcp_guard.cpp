#include <latchkey/edge/field_names.hpp>
#include <latchkey/edge/mcp_guard.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

// Made before anything waits, so that no view outlives what it is of.
async::task<http::response> ready(http::response made) {
  co_return made;
}

async::task<http::response> refuse(http::context& ctx, mcp_fault fault,
                                   const mcp_fault_details& details = {}) {
  ctx.reason = reason(fault);
  return ready(answer(fault, details));
}

async::task<http::response> refuse_body(http::context& ctx, const core::error_code& error) {
  if (error.category() == http::category()) {
    ctx.reason = http::reason(static_cast<http::errc>(error.value()));
  }
  return ready(http::problem(error));
}

// How many fields a server behind may take for the one of that name (see fold).
std::ptrdiff_t count_alike(const http::request_head& head, std::string_view name) {
  const auto as = fold(name);
  return std::count_if(head.fields.begin(), head.fields.end(), [&](const auto& one) {
    return one.name.size() == name.size() && fold(one.name) == as;
  });
}

mcp_fault find_content_fault(const http::request_head& head) {
  const auto type = head.find("content-type");
  if (!type || count_alike(head, "content-type") != 1) return mcp_fault::content_type;
  if (!http::is_utf8_json(*type)) return mcp_fault::content_type;
  const auto coded = head.find("content-encoding");
  const auto codings = count_alike(head, "content-encoding");
  const bool plain = codings == 0 || (codings == 1 && coded && *coded == "identity");
  return plain ? mcp_fault::none : mcp_fault::content_encoding;
}

void add(std::vector<std::string>& to, std::span<const std::string> scopes) {
  for (const auto& one : scopes) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
  }
}

}  // namespace

async::task<http::response> mcp_origin::operator()(http::context& ctx,
                                                   const http::handler& next) const {
  if (rules->takes_origin(ctx.request)) return next(ctx);
  return refuse(ctx, mcp_fault::origin);
}

// Not a coroutine where there is nothing to wait for.
async::task<http::response> mcp_guard::operator()(http::context& ctx,
                                                  const http::handler& next) const {
  auto read = read_mcp_fields(ctx.request);
  if (read.fault != mcp_fault::none) return refuse(ctx, read.fault, {.about = read.about});
  if (ctx.request.method != http::verb::post) {
    if (!ctx.body.done()) return refuse(ctx, mcp_fault::body_not_wanted);
    return pass(ctx, next, rules->judge_stream(read.fields), {});
  }
  if (const auto fault = find_content_fault(ctx.request); fault != mcp_fault::none) {
    return refuse(ctx, fault);
  }
  if (rules->settings().upstream_checks) {
    return pass(ctx, next, rules->judge_fields(read.fields), {});
  }
  return judge_body(ctx, next, std::move(read.fields));
}

async::task<http::response> mcp_guard::judge_body(http::context& ctx, const http::handler& next,
                                                  mcp_fields fields) const {
  if (ctx.body.is_too_large() || ctx.body.length().value_or(0) > body_bytes) {
    co_return co_await refuse_body(ctx, http::errc::body_too_large);
  }
  auto text = co_await ctx.body.read_all(body_bytes);
  if (text.has_error()) co_return co_await refuse_body(ctx, text.error());
  const auto read = read_mcp_message(*text);
  const auto& message = read.message;
  if (read.fault != mcp_fault::none) {
    const mcp_fault_details details{.id = message.id};
    co_return co_await refuse(ctx, read.fault, details);
  }
  const auto verdict = rules->judge(fields, message);
  ctx.body = http::body{std::move(*text)};
  co_return co_await pass(ctx, next, verdict, message.id);
}

async::task<http::response> mcp_guard::pass(http::context& ctx, const http::handler& next,
                                            const mcp_verdict& verdict, std::string_view id) const {
  if (verdict.fault != mcp_fault::none) {
    mcp_fault_details details{.id = id, .about = verdict.about};
    if (verdict.fault == mcp_fault::revision) {
      details.revisions = rules->settings().revisions;
      details.asked = verdict.asked;
    }
    return refuse(ctx, verdict.fault, details);
  }
  if (is_public) return next(ctx);
  const auto holds = [&ctx](std::span<const std::string> some) {
    return ctx.principal && ctx.principal->scopes.contains_all(some);
  };
  if (holds(scopes.scopes) && holds(verdict.of_method) && holds(verdict.of_name)) return next(ctx);
  auto all = scopes;
  add(all.scopes, verdict.of_method);
  add(all.scopes, verdict.of_name);
  return require(ctx, next, std::move(all));
}

// All of them at once: a client asks for what it is told, and would else ask again for each.
async::task<http::response> mcp_guard::require(http::context& ctx, const http::handler& next,
                                               auth::require_scope all) {
  co_return co_await all(ctx, next);
}

}  // namespace latchkey::edge
