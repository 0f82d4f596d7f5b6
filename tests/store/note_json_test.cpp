#include <latchkey/store/cursor.hpp>
#include <latchkey/store/note_json.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace latchkey::store {
namespace {

using namespace std::chrono_literals;

const note one{"018bcfe5-687b-7abc-8123-456789abcdef",
               {"a \"b\"", "c\n"},
               core::wall_time{1'700'000'000'123'456us},
               core::wall_time{1'709'164'800s},
               7};
const std::string written =
    R"({"id":"018bcfe5-687b-7abc-8123-456789abcdef","title":"a \"b\"","text":"c\n",)"
    R"("created":"2023-11-14T22:13:20.123456Z","updated":"2024-02-29T00:00:00.000000Z"})";

TEST(note_json, writes_a_note) {
  EXPECT_EQ(to_json(one), written);
}

TEST(note_json, writes_a_page) {
  EXPECT_EQ(to_json(note_page{}), R"({"notes":[],"next":null})");
  EXPECT_EQ(to_json(note_page{{one}, false}), "{\"notes\":[" + written + "],\"next\":null}");
  EXPECT_EQ(to_json(note_page{{one}, true}),
            "{\"notes\":[" + written + "],\"next\":\"" + make_cursor(one.id) + "\"}");
}

TEST(note_json, writes_problems_as_rfc_9457_and_fastapi_have_them) {
  EXPECT_EQ(problem_json(404, "Not Found", "Note not found"),
            R"({"type":"about:blank","title":"Not Found","status":404,"detail":"Note not found"})");
  EXPECT_EQ(problem_json(422, "Unprocessable Content", "x", {{{"body", "title"}, "m", "missing"}}),
            R"({"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"x",)"
            R"("errors":[{"loc":["body","title"],"msg":"m","type":"missing"}]})");
}

}  // namespace
}  // namespace latchkey::store
