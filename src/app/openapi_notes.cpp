#include "openapi_notes.hpp"

#include <latchkey/app/route_handlers.hpp>
#include <latchkey/store/cursor.hpp>
#include <latchkey/store/note_body.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

namespace json = boost::json;

json::object reference_to(const char* schema) {
  return {{"$ref", std::string{"#/components/schemas/"} + schema}};
}

json::object content_of(const char* type, const char* schema) {
  return {{type, json::object{{"schema", reference_to(schema)}}}};
}

json::object header(const char* description) {
  return {{"description", description}, {"schema", json::object{{"type", "string"}}}};
}

json::object problem(const char* description) {
  return {{"description", description},
          {"content", content_of("application/problem+json", "NoteProblem")}};
}

json::object unavailable() {
  auto made = problem("The notes cannot be reached; of a change nobody knows whether it was made");
  made["headers"] =
      json::object{{"Retry-After", json::object{{"description", "Seconds to wait"},
                                                {"schema", json::object{{"type", "integer"}}}}}};
  return made;
}

json::object note_answer(const char* description) {
  return {{"description", description},
          {"headers", json::object{{"ETag", header("Of this state of the note")}}},
          {"content", content_of("application/json", "Note")}};
}

json::object parameter(const char* name, const char* in, const char* description,
                       json::object schema) {
  return {{"name", name},
          {"in", in},
          {"required", false},
          {"description", description},
          {"schema", std::move(schema)}};
}

json::object text_schema() {
  return {{"type", "string"}};
}

void add_parameters(json::object& operation, std::initializer_list<json::object> more) {
  auto& all = operation.emplace("parameters", json::array{}).first->value().as_array();
  for (const auto& one : more) all.push_back(one);
}

void add_body(json::object& operation) {
  operation["requestBody"] =
      json::object{{"required", true}, {"content", content_of("application/json", "NoteContent")}};
  auto& answers = operation["responses"].as_object();
  answers["413"] = problem("The body is too large");
  answers["415"] = problem("The body is not of the type application/json");
  answers["422"] = problem("The body is no note; `errors` says where");
}

void add_condition(json::object& operation) {
  add_parameters(operation,
                 {parameter("If-Match", "header", "Entity tags, one of which the note must have",
                            text_schema())});
  operation["responses"].as_object()["412"] =
      problem("The note is not in the state that the request is for");
}

void describe_list(json::object& operation) {
  add_parameters(operation,
                 {parameter("limit", "query", "The most notes to give",
                            {{"type", "integer"},
                             {"minimum", 1},
                             {"maximum", store::max_page},
                             {"default", store::page_query{}.limit}}),
                  parameter("after", "query", "`next` of the page before", text_schema())});
  auto& answers = operation["responses"].as_object();
  answers["200"] = json::object{
      {"description", "Notes of whoever the token names, in the order of their making"},
      {"headers", json::object{{"Link", header("Where the next page is, if there is one")}}},
      {"content", content_of("application/json", "NotePage")}};
  answers["422"] = problem("A parameter is wrong; `errors` says which");
}

void describe_create(json::object& operation) {
  auto& answers = operation["responses"].as_object();
  answers.erase("200");
  auto made = note_answer("The note that was made");
  made["headers"].as_object()["Location"] = header("Its path");
  answers["201"] = std::move(made);
  add_body(operation);
}

void describe_read(json::object& operation) {
  add_parameters(operation, {parameter("If-None-Match", "header",
                                       "Entity tags of states that are known", text_schema())});
  auto& answers = operation["responses"].as_object();
  answers["200"] = note_answer("The note");
  answers["304"] = json::object{{"description", "The note is in a state that is known"}};
}

void describe_update(json::object& operation) {
  operation["responses"].as_object()["200"] = note_answer("The note as it is now");
  add_body(operation);
  add_condition(operation);
}

void describe_delete(json::object& operation) {
  auto& answers = operation["responses"].as_object();
  answers.erase("200");
  answers["204"] = json::object{{"description", "The note is gone"}};
  add_condition(operation);
}

bool keeps_notes(const route_config& route) {
  const auto* handler = find_route_handler(route.handler);
  return handler != nullptr && handler->kind != handler_kind::plain;
}

json::object content_properties() {
  return {
      {"title",
       json::object{{"type", "string"}, {"minLength", 1}, {"maxLength", store::max_title}}},
      {"text", json::object{{"type", "string"}, {"maxLength", store::max_text}, {"default", ""}}}};
}

json::object note_schema() {
  auto properties = content_properties();
  properties["text"].as_object().erase("default");
  properties["id"] = json::object{{"type", "string"}, {"format", "uuid"}};
  properties["created"] = json::object{{"type", "string"}, {"format", "date-time"}};
  properties["updated"] = json::object{{"type", "string"}, {"format", "date-time"}};
  return {{"type", "object"},
          {"required", json::array{"id", "title", "text", "created", "updated"}},
          {"properties", std::move(properties)}};
}

json::object page_schema() {
  return {{"type", "object"},
          {"required", json::array{"notes", "next"}},
          {"properties",
           json::object{{"notes", json::object{{"type", "array"}, {"items", reference_to("Note")}}},
                        {"next", json::object{{"type", "string"}, {"nullable", true}}}}}};
}

json::object problem_schema() {
  const json::object place{{"type", "array"}, {"items", text_schema()}};
  const json::object error{
      {"type", "object"},
      {"required", json::array{"loc", "msg", "type"}},
      {"properties",
       json::object{{"loc", place}, {"msg", text_schema()}, {"type", text_schema()}}}};
  return {
      {"type", "object"},
      {"required", json::array{"type", "title", "status", "detail"}},
      {"properties", json::object{{"type", text_schema()},
                                  {"title", text_schema()},
                                  {"status", json::object{{"type", "integer"}}},
                                  {"detail", text_schema()},
                                  {"errors", json::object{{"type", "array"}, {"items", error}}}}}};
}

}  // namespace

void describe_notes(const route_config& route, json::object& operation) {
  if (!keeps_notes(route)) return;
  const auto* handler = find_route_handler(route.handler);
  auto& answers = operation["responses"].as_object();
  answers["503"] = unavailable();
  // Where a scope may be missing, too, that has been said.
  answers.emplace("403", problem("The token names no subject"));
  if (handler->kind == handler_kind::stored_note) answers["404"] = problem("There is no such note");
  constexpr std::pair<std::string_view, void (*)(json::object&)> all[] = {
      {"stored_notes.list", describe_list},     {"stored_notes.create", describe_create},
      {"stored_notes.read", describe_read},     {"stored_notes.update", describe_update},
      {"stored_notes.delete", describe_delete},
  };
  const auto* found = std::find_if(std::begin(all), std::end(all),
                                   [&](const auto& one) { return one.first == route.handler; });
  if (found != std::end(all)) found->second(operation);
}

void add_note_schemas(std::span<const route_config> routes, json::object& schemas) {
  if (std::none_of(routes.begin(), routes.end(), keeps_notes)) return;
  schemas["Note"] = note_schema();
  schemas["NoteContent"] = json::object{{"type", "object"},
                                        {"required", json::array{"title"}},
                                        {"properties", content_properties()},
                                        {"additionalProperties", false}};
  schemas["NotePage"] = page_schema();
  schemas["NoteProblem"] = problem_schema();
}

}  // namespace latchkey::app
