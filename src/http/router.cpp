#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/http/route_pattern.hpp>
#include <latchkey/http/router.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::http {

// All routes of one path pattern.
struct router::entry {
  route_pattern pattern;
  route_pattern plain;  // for paths that have been decoded
  std::vector<std::pair<verb, handler>> methods;
  handler every;  // for those that are not named; used if has_every
  bool has_every = false;
  std::string allow;
  std::size_t index = 0;
  std::vector<std::pair<verb, handler>> preflights = {};
  handler every_preflight = {};
};

namespace {

std::string allowed(const std::vector<std::pair<verb, handler>>& methods) {
  std::string text;
  const auto add = [&text](std::string_view name) {
    if (!text.empty()) text += ", ";
    text += name;
  };
  for (const auto& [method, unused] : methods) {
    add(std::string{boost::beast::http::to_string(method)});
    if (method == verb::get) add("HEAD");
  }
  add("OPTIONS");
  return text;
}

const handler* choose(const std::vector<std::pair<verb, handler>>& methods, verb method) {
  for (const auto& [one, answer] : methods) {
    if (one == method) return &answer;
  }
  return method == verb::head ? choose(methods, verb::get) : nullptr;
}

// The method that a page of another origin asks about before it uses it; nothing where none does.
std::optional<std::string_view> preflight_method(const request_head& request) {
  if (request.method != verb::options || request.count("origin") == 0) return std::nullopt;
  if (request.count("access-control-request-method") != 1) return std::nullopt;
  return request.find("access-control-request-method");
}

// Whoever stands behind may read names of methods without regard to case.
bool is_never_passed(const request_head& request) {
  return request.method == verb::trace || same_name(request.method_text, "TRACE") ||
         same_name(request.method_text, "CONNECT");
}

// The first entry that takes the path, by its patterns as written or as read by who decodes.
template <class Entries>
auto find_entry(const Entries& entries, std::string_view path, bool plain,
                route_pattern::parameter_list& parameters) {
  return std::find_if(entries.begin(), entries.end(), [&](const auto& one) {
    return (plain ? one.plain : one.pattern).matches(path, parameters);
  });
}

bool is_read_as_written(std::string_view path) {
  return path.find_first_of("%;") == path.npos;
}

// Whether another reader of the path would take it for one of another entry: one who decodes it,
// who drops parameters, or who looks for a query once it is decoded.
template <class Entries>
bool is_ambiguous(const Entries& entries, std::string_view path,
                  typename Entries::const_iterator chosen) {
  route_pattern::parameter_list unused;
  const auto differs = [&](std::string_view read) {
    return find_entry(entries, read, true, unused) != chosen;
  };
  for (const bool without_parameters : {false, true}) {
    const auto read = plain_path(path, without_parameters);
    if (differs(read)) return true;
    const auto query = read.find_first_of("?#");
    if (query != read.npos && differs(std::string_view{read}.substr(0, query))) return true;
  }
  return false;
}

response refusal_of(const routing& decided) {
  if (decided.result == routing::outcome::no_path) return problem(status::not_found, "Not Found");
  if (decided.result == routing::outcome::ambiguous) return problem(errc::bad_target);
  auto refused = decided.result == routing::outcome::options
                     ? response{status::no_content}
                     : problem(status::method_not_allowed, "Method Not Allowed");
  refused.set("allow", std::string{decided.allow});
  return refused;
}

async::task<response> at_once(response answer) {
  co_return answer;
}

}  // namespace

router::router(std::vector<route> routes) {
  std::vector<entry> entries;
  for (auto& one : routes) {
    const route_pattern pattern{one.pattern};
    const auto refuse = [&one](const std::string& why) {
      throw std::invalid_argument{"route path \"" + one.pattern + "\": " + why};
    };
    if (one.methods.empty() && !one.every_method) refuse("no method");
    auto place = std::find_if(entries.begin(), entries.end(),
                              [&one](const entry& e) { return e.pattern.text() == one.pattern; });
    if (place == entries.end()) {
      place = entries.insert(entries.end(),
                             entry{pattern, pattern.read_plainly(), {}, {}, false, {}, one.index});
    }
    for (const auto method : one.methods) {
      const auto same = [method](const auto& have) { return have.first == method; };
      if (std::any_of(place->methods.begin(), place->methods.end(), same)) {
        refuse("two routes for " + std::string{boost::beast::http::to_string(method)});
      }
      place->methods.emplace_back(method, one.handler);
      place->preflights.emplace_back(method, one.preflight);
    }
    if (!one.every_method) continue;
    place->every_preflight = one.preflight;
    if (place->has_every) refuse("two routes for every method");
    place->has_every = true;
    place->every = one.handler;
  }
  std::stable_sort(entries.begin(), entries.end(), [](const entry& a, const entry& b) {
    return is_more_specific(a.pattern, b.pattern);
  });
  for (auto& one : entries) {
    has_encoded_ = has_encoded_ || !is_read_as_written(one.pattern.text());
    one.allow =
        one.has_every ? "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT" : allowed(one.methods);
  }
  entries_ = std::make_shared<const std::vector<entry>>(std::move(entries));
}

routing router::decide(const request_head& request, std::string_view path,
                       route_pattern::parameter_list& parameters) const {
  using outcome = routing::outcome;
  const auto chosen = find_entry(*entries_, path, false, parameters);
  if (chosen == entries_->end()) return {outcome::no_path};
  const bool may_be = has_encoded_ || !is_read_as_written(path);
  if (may_be && !chosen->pattern.is_literal() && is_ambiguous(*entries_, path, chosen)) {
    parameters.clear();
    return {outcome::ambiguous};
  }
  if (const auto wanted = preflight_method(request)) {
    const auto method = boost::beast::http::string_to_verb({wanted->data(), wanted->size()});
    const auto* preflight = choose(chosen->preflights, method);
    if (preflight == nullptr) preflight = &chosen->every_preflight;
    if (*preflight)
      return {outcome::found, chosen->pattern.text(), chosen->allow, preflight, chosen->index};
  }
  const auto* answer = choose(chosen->methods, request.method);
  if (answer == nullptr && chosen->has_every && !is_never_passed(request)) answer = &chosen->every;
  const auto without = request.method == verb::options ? outcome::options : outcome::no_method;
  return {answer != nullptr ? outcome::found : without, chosen->pattern.text(), chosen->allow,
          answer, chosen->index};
}

// Not a coroutine: the handler's task is the answer's.
async::task<response> router::operator()(context& ctx) const {
  // Asked of the whole server (RFC 9110 section 9.3.7): that it answers is all there is to say.
  if (ctx.target.path == "*") return at_once(response{status::no_content});
  const auto decided = decide(ctx.request, ctx.target.path, ctx.parameters);
  ctx.route = decided.pattern;
  ctx.route_index = decided.index;
  if (decided.result == routing::outcome::found) return (*decided.answer)(ctx);
  return at_once(refusal_of(decided));
}

}  // namespace latchkey::http
