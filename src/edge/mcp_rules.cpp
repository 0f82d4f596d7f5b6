#include <latchkey/edge/mcp_rules.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace latchkey::edge {
namespace {

// Of 2025-06-18: who names none is taken to mean this one.
constexpr std::string_view unnamed_revision = "2025-03-26";

// What a client has to send before and beside all that it wants; the tables need not name them.
constexpr std::string_view always_listed[] = {"initialize",
                                              "ping",
                                              "server/discover",
                                              "notifications/initialized",
                                              "notifications/cancelled",
                                              "notifications/progress",
                                              "notifications/roots/list_changed"};

bool is_tool(std::string_view method) {
  return method == "tools/call";
}

bool is_prompt(std::string_view method) {
  return method == "prompts/get";
}

bool is_resource(std::string_view method) {
  return method == "resources/read" || method == "resources/subscribe" ||
         method == "resources/unsubscribe";
}

bool needs_name_field(std::string_view method) {
  return is_tool(method) || is_prompt(method) || method == "resources/read";
}

// What the method is about; null where it is about nothing that has a name.
const std::string* name_of(const mcp_message& message) {
  const auto in = [](const std::optional<std::string>& one) { return one ? &*one : nullptr; };
  if (is_tool(message.method) || is_prompt(message.method)) return in(message.name);
  if (is_resource(message.method)) return in(message.uri);
  return nullptr;
}

bool is_named(std::string_view method) {
  return is_tool(method) || is_prompt(method) || is_resource(method);
}

// Of other methods the field may name what extensions have it name.
bool agrees(const std::string& field, const mcp_message& message) {
  if (is_named(message.method)) {
    const auto* name = name_of(message);
    return name != nullptr && *name == field;
  }
  return message.name == field || message.uri == field || message.task == field;
}

}  // namespace

mcp_rules::mcp_rules(mcp_settings settings)
    : settings_{std::move(settings)},
      methods_{settings_.methods},
      tools_{settings_.tools},
      prompts_{settings_.prompts},
      resources_{settings_.resources} {
  for (const auto& one : settings_.origins) {
    if (one == "*") {
      any_origin_ = true;
      continue;
    }
    auto parsed = middleware::parse_origin(one);
    if (!parsed) throw std::invalid_argument{"not an origin: \"" + one + '"'};
    origins_.push_back(std::move(*parsed));
  }
}

bool mcp_rules::takes_origin(const http::request_head& head) const {
  const auto count = head.count("origin");
  if (count == 0) return true;
  if (count > 1) return false;
  if (any_origin_) return true;
  const auto origin = *head.find("origin");
  return std::any_of(origins_.begin(), origins_.end(),
                     [origin](const auto& one) { return one.matches(origin); });
}

bool mcp_rules::serves(std::string_view revision) const {
  const auto& all = settings_.revisions;
  return std::find(all.begin(), all.end(), revision) != all.end();
}

const mcp_table* mcp_rules::table_of(std::string_view method) const {
  if (is_tool(method)) return &tools_;
  if (is_prompt(method)) return &prompts_;
  if (is_resource(method)) return &resources_.table();
  return nullptr;
}

mcp_verdict mcp_rules::judge_named(std::string_view method, const std::string* name) const {
  mcp_verdict made;
  const bool strict = settings_.unlisted == mcp_unlisted::deny;
  const auto* of_method = methods_.find(method);
  if (of_method != nullptr) made.of_method = *of_method;
  const auto* table = table_of(method);
  if (table != nullptr && !table->empty()) {
    if (is_resource(method) && !resources_.is_decided(*name)) {
      return {.fault = mcp_fault::ambiguous_uri};
    }
    const auto* of_name = table->find(*name);
    if (of_name != nullptr) made.of_name = *of_name;
    if (of_name == nullptr && strict) return {.fault = mcp_fault::not_listed};
    // Its row names the method along.
    if (of_name != nullptr) return made;
  }
  const bool listed = of_method != nullptr || methods_.empty() ||
                      std::find(std::begin(always_listed), std::end(always_listed), method) !=
                          std::end(always_listed);
  if (!listed && strict) return {.fault = mcp_fault::not_listed};
  return made;
}

mcp_fault mcp_rules::find_revision_fault(const mcp_fields& fields, const mcp_message& message,
                                         mcp_verdict& made) const {
  made.about = mcp_revision_field;
  const auto of_body =
      message.revision ? std::optional<std::string_view>{*message.revision} : std::nullopt;
  if (fields.revision && of_body && *fields.revision != *of_body) return mcp_fault::field_mismatch;
  auto meant = fields.revision ? fields.revision : of_body;
  // It is what the revision is agreed on by, and every server may answer it with another one.
  if (!meant && message.method == "initialize") {
    const bool older = std::any_of(settings_.revisions.begin(), settings_.revisions.end(),
                                   [](const auto& one) { return !has_mcp_fields(one); });
    if (older) return mcp_fault::none;
    made.asked = message.offered ? std::string_view{*message.offered} : unnamed_revision;
    return mcp_fault::revision;
  }
  if (!meant) {
    return serves(unnamed_revision) ? mcp_fault::none : mcp_fault::field_missing;
  }
  made.asked = *meant;
  if (!serves(*meant)) return mcp_fault::revision;
  if (!has_mcp_fields(*meant)) return mcp_fault::none;
  if (!fields.revision) return mcp_fault::field_missing;
  if (message.what == mcp_message::kind::response) return mcp_fault::not_message;
  if (message.what != mcp_message::kind::request) return mcp_fault::none;
  made.about = mcp_method_field;
  if (!fields.method) return mcp_fault::field_missing;
  made.about = mcp_name_field;
  if (!fields.name && needs_name_field(message.method)) return mcp_fault::field_missing;
  return mcp_fault::none;
}

mcp_verdict mcp_rules::judge(const mcp_fields& fields, const mcp_message& message) const {
  mcp_verdict made;
  made.fault = find_revision_fault(fields, message, made);
  if (made.fault != mcp_fault::none) return made;
  // In every revision: whoever reads the one is to read the same as who reads the other.
  if (fields.method && *fields.method != message.method) {
    return {.fault = mcp_fault::field_mismatch, .about = mcp_method_field};
  }
  const bool named = is_named(message.method);
  if (named && name_of(message) == nullptr) return {.fault = mcp_fault::not_message};
  if (named && message.has_odd_name) return {.fault = mcp_fault::not_message};
  if (fields.name && !agrees(*fields.name, message)) {
    return {.fault = mcp_fault::field_mismatch, .about = mcp_name_field};
  }
  // What the server has asked the client for.
  if (message.what == mcp_message::kind::response) return {};
  return judge_named(message.method, name_of(message));
}

mcp_verdict mcp_rules::judge_fields(const mcp_fields& fields) const {
  const auto missing = [](std::string_view about) {
    return mcp_verdict{.fault = mcp_fault::field_missing, .about = about};
  };
  if (!fields.revision) return missing(mcp_revision_field);
  // Before 2026-07-28 no server compares them with the body.
  if (!serves(*fields.revision) || !has_mcp_fields(*fields.revision)) {
    return {.fault = mcp_fault::revision, .asked = *fields.revision};
  }
  if (!fields.method) return missing(mcp_method_field);
  if (!fields.name && is_named(*fields.method)) return missing(mcp_name_field);
  return judge_named(*fields.method, fields.name ? &*fields.name : nullptr);
}

mcp_verdict mcp_rules::judge_stream(const mcp_fields& fields) const {
  const auto revision = fields.revision ? *fields.revision : unnamed_revision;
  if (has_mcp_fields(revision)) return {.fault = mcp_fault::http_method};
  // Clients that name none may have agreed on any of them.
  if (fields.revision && !serves(revision)) {
    return {.fault = mcp_fault::revision, .asked = revision};
  }
  return {};
}

}  // namespace latchkey::edge
