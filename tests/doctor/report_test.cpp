#include <boost/json/parse.hpp>
#include <doctor/report.hpp>
#include <gmock/gmock.h>

namespace latchkey::doctor {
namespace {

const findings three{good("clock", "issuer.0", "agrees"),
                     warning("port", "server.listen", "held", "end it"),
                     fault("keys", "issuer.0", "none", "correct jwks_uri")};

TEST(doctor_report, has_a_line_for_each_finding_and_one_for_what_to_do) {
  EXPECT_EQ(table_text(three),
            "ok       clock          issuer.0: agrees\n"
            "warning  port           server.listen: held\n"
            "         -> end it\n"
            "fault    keys           issuer.0: none\n"
            "         -> correct jwks_uri\n"
            "1 ok, 1 warning, 1 fault\n");
  EXPECT_EQ(table_text({good("a", "", "b")}),
            "ok       a              b\n1 ok, 0 warnings, 0 faults\n");
}

TEST(doctor_report, what_a_stranger_wrote_cannot_control_the_terminal) {
  const auto text = table_text({fault("keys", "x", "found \x1b[2J\n\xC2\x9B!", "say \"\r\"")});
  EXPECT_EQ(text.find('\x1b'), text.npos);
  EXPECT_EQ(text.find('\r'), text.npos);
  EXPECT_THAT(text, testing::HasSubstr("found \\u001b[2J\\u000a\\u009b!"));
  EXPECT_THAT(text, testing::HasSubstr("say \"\\u000d\""));
}

TEST(doctor_report, json_has_the_same) {
  EXPECT_EQ(report_json(three), boost::json::parse(R"({"ok":1,"warnings":1,"faults":1,"findings":[
    {"state":"ok","check":"clock","subject":"issuer.0","found":"agrees","advice":""},
    {"state":"warning","check":"port","subject":"server.listen","found":"held","advice":"end it"},
    {"state":"fault","check":"keys","subject":"issuer.0","found":"none","advice":"correct jwks_uri"}]})")
                                    .as_object());
}

}  // namespace
}  // namespace latchkey::doctor
