#include "support/cases.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <boost/asio/error.hpp>
#include <doctor/judge_way.hpp>
#include <gmock/gmock.h>
#include <openssl/x509_vfy.h>

#include <string>
#include <vector>

namespace latchkey::doctor {
namespace {

using std::chrono::days;
using testing::HasSubstr;

constexpr core::wall_time now{std::chrono::seconds{1'795'435'200}};

wanted_way https(std::string proxy = {}) {
  return {"issuer.0",       "idp.example",         true,
          std::move(proxy), "ca_file of issuer.0", "issuer.0.jwks_uri"};
}

seen_certificate shown(core::wall_time from, core::wall_time until) {
  return {{"idp.example", "www.idp.example"}, "CN = Some Authority", false, from, until};
}

seen_way went(reached got, core::error_code error = {}) {
  seen_way seen;
  seen.got = got;
  seen.error = error;
  seen.looked_up = "idp.example";
  if (got != reached::nothing) seen.addresses = {"192.0.2.1", "2001:db8::1"};
  seen.address = "192.0.2.1:443";
  if (got == reached::server || got == reached::answer) {
    seen.certificate = shown(now - days{30}, now + days{60});
  }
  return seen;
}

core::error_code refused_by(int reason) {
  return {reason, net::certificate_category()};
}

std::string text_of(const findings& all) {
  std::string text;
  for (const auto& one : all) {
    const char* const state = one.state == grade::ok      ? "ok"
                              : one.state == grade::fault ? "fault"
                                                          : "warning";
    text += std::string{state} + ' ' + one.check + '\n';
  }
  return text;
}

struct way_case {
  const char* name;
  wanted_way wanted;
  seen_way seen;
  std::string lines;
  const char* found;   // of the last
  const char* advice;  // of the last
};

seen_way with_certificate(seen_way seen, seen_certificate certificate) {
  seen.certificate = std::move(certificate);
  return seen;
}

seen_way by_address(seen_way seen) {
  seen.looked_up.clear();
  seen.addresses.clear();
  return seen;
}

const way_case ways[] = {
    {"all_the_way", https(), went(reached::answer), "ok name\nok connection\nok certificate\n",
     "for idp.example, www.idp.example, valid until 2027-01-22", ""},
    {"by_an_address", https(), by_address(went(reached::answer)), "ok connection\nok certificate\n",
     "valid until", ""},
    {"plain_http",
     {"upstream.0", "api", false, "", "", ""},
     went(reached::answer),
     "ok name\nok connection\n",
     "to api (192.0.2.1:443)",
     ""},
    {"unknown_name", https(), went(reached::nothing, boost::asio::error::host_not_found),
     "fault name\n", "no address of idp.example: Host not found", "correct the name in issuer.0"},
    {"silent_name_server", https(), went(reached::nothing, net::errc::timeout), "fault name\n",
     "no address of idp.example", "the name server does not answer"},
    {"nothing_listens", https(), went(reached::address, boost::asio::error::connection_refused),
     "ok name\nfault connection\n",
     "no connection to idp.example (192.0.2.1:443): Connection refused", "nothing listens there"},
    {"firewall", https(), went(reached::address, net::errc::timeout), "ok name\nfault connection\n",
     "no connection to idp.example", "a firewall"},
    {"no_route", https(), went(reached::address, boost::asio::error::network_unreachable),
     "ok name\nfault connection\n", "no connection", "no route"},
    {"proxy_refuses", https("proxy.example:3128"),
     went(reached::address, client::errc::proxy_refused), "ok name\nfault connection\n",
     "through the proxy proxy.example:3128",
     "have the proxy proxy.example:3128 connect to idp.example"},
    {"proxy_is_silent", https("proxy.example:3128"), went(reached::address, net::errc::timeout),
     "ok name\nfault connection\n", "through the proxy", "whether proxy.example:3128 runs"},
    {"expired", https(),
     with_certificate(went(reached::connection, refused_by(X509_V_ERR_CERT_HAS_EXPIRED)),
                      shown(now - days{90}, now - days{2})),
     "ok name\nok connection\nfault certificate\n", ", on 2026-11-21",
     "whoever runs it has to renew it"},
    {"not_yet", https(),
     with_certificate(went(reached::connection, refused_by(X509_V_ERR_CERT_NOT_YET_VALID)),
                      shown(now + days{1}, now + days{90})),
     "ok name\nok connection\nfault certificate\n", ", before 2026-11-24", "clock of this machine"},
    {"another_name", https(),
     with_certificate(went(reached::connection, refused_by(X509_V_ERR_HOSTNAME_MISMATCH)),
                      shown(now, now + days{90})),
     "ok name\nok connection\nfault certificate\n", "it is for: idp.example, www.idp.example",
     "name the server in issuer.0.jwks_uri as its certificate does"},
    {"unknown_authority", https(),
     with_certificate(
         went(reached::connection, refused_by(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY)),
         shown(now, now + days{90})),
     "ok name\nok connection\nfault certificate\n", "it is signed by CN = Some Authority",
     "name the PEM file of its authority in ca_file of issuer.0"},
    {"signed_by_itself", https(),
     with_certificate(went(reached::connection, refused_by(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)),
                      {{"idp.example"}, "CN = idp.example", true, now, now + days{90}}),
     "ok name\nok connection\nfault certificate\n", "it is signed by itself",
     "ca_file of issuer.0"},
    {"no_tls", https(), went(reached::connection, net::errc::tls_failed),
     "ok name\nok connection\nfault certificate\n", "no TLS with idp.example", "plain http"},
    {"soon_over", https(),
     with_certificate(went(reached::answer), shown(now - days{80}, now + days{3})),
     "ok name\nok connection\nwarning certificate\n", "which is in 3 days", "renew it before"},
    {"silence", https(), went(reached::server, net::errc::timeout),
     "ok name\nok connection\nok certificate\nfault answer\n", "no answer of idp.example",
     "does not answer in time"},
    {"no_http", https(), went(reached::server, net::errc::closed),
     "ok name\nok connection\nok certificate\nfault answer\n", "no answer of idp.example",
     "speaks HTTP/1.1"},
};

class doctor_ways : public testing::TestWithParam<way_case> {};

TEST_P(doctor_ways, are_judged_up_to_the_step_that_failed) {
  const auto& one = GetParam();
  const auto made = judge_way(one.wanted, one.seen, now);
  EXPECT_EQ(text_of(made), one.lines);
  ASSERT_FALSE(made.empty());
  EXPECT_THAT(made.back().found, HasSubstr(one.found));
  EXPECT_THAT(made.back().advice, HasSubstr(one.advice));
  for (const auto& line : made) EXPECT_EQ(line.advice.empty(), line.state == grade::ok);
}

INSTANTIATE_TEST_SUITE_P(all, doctor_ways, testing::ValuesIn(ways), support::case_name);

}  // namespace
}  // namespace latchkey::doctor
