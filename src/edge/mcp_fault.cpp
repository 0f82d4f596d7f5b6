#include <latchkey/edge/mcp_fault.hpp>
#include <latchkey/http/problem.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace latchkey::edge {
namespace {

namespace json = boost::json;

using http::status;

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

// The id comes last, as it is written already.
http::response rpc_error(int code, std::string_view message, const mcp_fault_details& details) {
  json::object error{{"code", code}, {"message", view(message)}};
  if (!details.revisions.empty()) {
    json::array supported;
    for (const auto& one : details.revisions) supported.emplace_back(one);
    error["data"] = {{"supported", std::move(supported)}, {"requested", view(details.asked)}};
  }
  const json::object made{{"jsonrpc", "2.0"}, {"error", std::move(error)}};
  auto text = json::serialize(made);
  if (!details.id.empty()) {
    text.pop_back();
    text.append(",\"id\":").append(details.id).append("}");
  }
  return http::response::json(status::bad_request, std::move(text));
}

http::response field_error(std::string_view what, const mcp_fault_details& details) {
  return rpc_error(-32020, "Header mismatch: " + std::string{details.about} + std::string{what},
                   details);
}

http::response wrong_method() {
  auto made = http::problem(status::method_not_allowed, "Method Not Allowed");
  made.set("allow", "POST");
  return made;
}

}  // namespace

std::string_view reason(mcp_fault fault) {
  switch (fault) {
    case mcp_fault::none:
      break;
    case mcp_fault::origin:
      return "mcp_origin";
    case mcp_fault::http_method:
      return "mcp_http_method";
    case mcp_fault::body_not_wanted:
      return "mcp_body_not_wanted";
    case mcp_fault::content_type:
      return "mcp_content_type";
    case mcp_fault::content_encoding:
      return "mcp_content_encoding";
    case mcp_fault::not_json:
      return "mcp_not_json";
    case mcp_fault::not_message:
      return "mcp_not_message";
    case mcp_fault::batch:
      return "mcp_batch";
    case mcp_fault::name_twice:
      return "mcp_name_twice";
    case mcp_fault::field_missing:
      return "mcp_field_missing";
    case mcp_fault::field_malformed:
      return "mcp_field_malformed";
    case mcp_fault::field_mismatch:
      return "mcp_field_mismatch";
    case mcp_fault::revision:
      return "mcp_revision";
    case mcp_fault::not_listed:
      return "mcp_not_listed";
    case mcp_fault::ambiguous_uri:
      return "mcp_ambiguous_uri";
  }
  return {};
}

http::response answer(mcp_fault fault, const mcp_fault_details& details) {
  switch (fault) {
    case mcp_fault::origin:
      return http::problem(status::forbidden, "Cross-origin request");
    case mcp_fault::http_method:
      return wrong_method();
    case mcp_fault::body_not_wanted:
      return http::problem(status::bad_request, "Bad Request");
    case mcp_fault::content_type:
    case mcp_fault::content_encoding:
      return http::problem(status::unsupported_media_type, "Unsupported Media Type");
    case mcp_fault::not_json:
      return rpc_error(-32700, "Parse error", details);
    case mcp_fault::not_message:
      return rpc_error(-32600, "Invalid Request", details);
    case mcp_fault::batch:
      return rpc_error(-32600, "Invalid Request: batches are not taken", details);
    case mcp_fault::name_twice:
      return rpc_error(-32600, "Invalid Request: a member is there twice", details);
    case mcp_fault::field_missing:
      return field_error(" is missing", details);
    case mcp_fault::field_malformed:
      return field_error(" is malformed or there twice", details);
    case mcp_fault::field_mismatch:
      return field_error(" does not match the body", details);
    case mcp_fault::revision:
      return rpc_error(-32022, "Unsupported protocol version", details);
    case mcp_fault::not_listed:
    case mcp_fault::ambiguous_uri:
      return http::problem(status::forbidden, "Not offered here");
    case mcp_fault::none:
      break;
  }
  return http::problem(status::internal_server_error, "Internal Server Error");
}

}  // namespace latchkey::edge
