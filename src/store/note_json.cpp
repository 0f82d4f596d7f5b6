#include <latchkey/store/cursor.hpp>
#include <latchkey/store/note_json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace latchkey::store {
namespace {

namespace json = boost::json;

std::string time_text(core::wall_time when) {
  using namespace std::chrono;
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const hh_mm_ss time{floor<microseconds>(when - day)};
  std::array<char, 64> text{};
  const auto size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

json::object object_of(const note& one) {
  return {{"id", one.id},
          {"title", one.content.title},
          {"text", one.content.text},
          {"created", time_text(one.created)},
          {"updated", time_text(one.updated)}};
}

}  // namespace

std::string to_json(const note& one) {
  return json::serialize(object_of(one));
}

std::string to_json(const note_page& page) {
  json::array notes;
  for (const auto& one : page.notes) notes.push_back(object_of(one));
  json::object made{{"notes", std::move(notes)}, {"next", nullptr}};
  if (page.more && !page.notes.empty()) made["next"] = make_cursor(page.notes.back().id);
  return json::serialize(made);
}

std::string problem_json(unsigned status, std::string_view title, std::string_view detail,
                         const faults& found) {
  json::object made{{"type", "about:blank"},
                    {"title", json::string_view{title.data(), title.size()}},
                    {"status", status},
                    {"detail", json::string_view{detail.data(), detail.size()}}};
  if (!found.empty()) {
    json::array errors;
    for (const auto& one : found) {
      errors.push_back(json::object{{"loc", json::array(one.place.begin(), one.place.end())},
                                    {"msg", one.message},
                                    {"type", one.type}});
    }
    made["errors"] = std::move(errors);
  }
  return json::serialize(made);
}

}  // namespace latchkey::store
