#include <latchkey/http/problem.hpp>
#include <latchkey/http/router.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace latchkey::http {

// All routes of one path pattern.
struct router::entry {
  std::string pattern;
  std::vector<std::pair<verb, handler>> methods;
  std::string allow;
};

namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

// Both paths start with '/'. Fills `parameters` on a match only.
bool matches(std::string_view pattern, std::string_view path,
             std::vector<std::pair<std::string_view, std::string_view>>& parameters) {
  if (pattern.find('{') == pattern.npos) return pattern == path;
  std::vector<std::pair<std::string_view, std::string_view>> found;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = take_segment(pattern);
    const auto given = take_segment(path);
    if (is_parameter(wanted)) {
      if (given.empty()) return false;
      found.emplace_back(wanted.substr(1, wanted.size() - 2), given);
    } else if (wanted != given) {
      return false;
    }
  }
  if (!pattern.empty() || !path.empty()) return false;
  parameters = std::move(found);
  return true;
}

void check_pattern(std::string_view pattern) {
  const auto refuse = [pattern](const char* why) {
    throw std::invalid_argument{"route path \"" + std::string{pattern} + "\": " + why};
  };
  if (!pattern.starts_with('/')) refuse("must start with '/'");
  const auto parsed = parse_target(pattern);
  // Braces are not in the grammar of a path; a pattern with parameters is checked by segments only.
  if (pattern.find('{') == pattern.npos && (!parsed || !parsed->query.empty())) {
    refuse("is not an acceptable path");
  }
  std::set<std::string_view> names;
  for (auto rest = pattern; !rest.empty();) {
    const auto segment = take_segment(rest);
    const bool braces = segment.find_first_of("{}") != segment.npos;
    if (braces && !is_parameter(segment)) refuse("a parameter is one whole segment, {name}");
    if (braces && !names.insert(segment).second) refuse("names a parameter twice");
  }
}

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

}  // namespace

router::router(std::vector<route> routes) {
  std::vector<entry> entries;
  for (auto& one : routes) {
    check_pattern(one.pattern);
    if (one.methods.empty()) {
      throw std::invalid_argument{"route path \"" + one.pattern + "\": no method"};
    }
    auto place = std::find_if(entries.begin(), entries.end(),
                              [&one](const entry& e) { return e.pattern == one.pattern; });
    if (place == entries.end()) place = entries.insert(entries.end(), {one.pattern, {}, {}});
    for (const auto method : one.methods) {
      const auto same = [method](const auto& have) { return have.first == method; };
      if (std::any_of(place->methods.begin(), place->methods.end(), same)) {
        throw std::invalid_argument{"route path \"" + one.pattern + "\": two routes for " +
                                    std::string{boost::beast::http::to_string(method)}};
      }
      place->methods.emplace_back(method, one.handler);
    }
  }
  // A literal path goes before a pattern that would match it too.
  std::stable_partition(entries.begin(), entries.end(),
                        [](const entry& e) { return e.pattern.find('{') == e.pattern.npos; });
  for (auto& one : entries) one.allow = allowed(one.methods);
  entries_ = std::make_shared<const std::vector<entry>>(std::move(entries));
}

async::task<response> router::operator()(context& ctx) const {
  // Asked of the whole server (RFC 9110 section 9.3.7): that it answers is all there is to say.
  if (ctx.target.path == "*") co_return response{status::no_content};
  for (const auto& one : *entries_) {
    if (!matches(one.pattern, ctx.target.path, ctx.parameters)) continue;
    ctx.route = one.pattern;
    if (const auto* answer = choose(one.methods, ctx.request.method)) {
      co_return co_await (*answer)(ctx);
    }
    auto refused = ctx.request.method == verb::options
                       ? response{status::no_content}
                       : problem(status::method_not_allowed, "Method Not Allowed");
    refused.set("allow", one.allow);
    co_return refused;
  }
  co_return problem(status::not_found, "Not Found");
}

}  // namespace latchkey::http
