#include "judge_way.hpp"

#include "words.hpp"

#include <latchkey/app/log.hpp>
#include <latchkey/client/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <openssl/x509_vfy.h>

#include <chrono>
#include <cstddef>

namespace latchkey::doctor {
namespace {

namespace errc = boost::system::errc;

std::string connection_advice(const wanted_way& wanted, const seen_way& seen) {
  const auto& whom = wanted.proxy.empty() ? wanted.host : wanted.proxy;
  if (seen.error == client::errc::proxy_refused) {
    return "have the proxy " + wanted.proxy + " connect to " + wanted.host +
           " (CONNECT), or reach it directly: proxy = \"none\", or NO_PROXY";
  }
  if (seen.error == errc::connection_refused) {
    return "nothing listens there: start it, or correct the address or port";
  }
  if (seen.error == net::errc::timeout || seen.error == errc::timed_out) {
    return "nobody answers: look whether " + whom +
           " runs, and whether a firewall lets this machine reach it" +
           (wanted.proxy.empty() ? ", or whether it is to be reached through a proxy" : "");
  }
  if (seen.error == errc::network_unreachable || seen.error == errc::host_unreachable) {
    return "this machine has no route there: look at its network";
  }
  return "look whether " + whom + " can be reached from this machine";
}

finding judge_connection(const wanted_way& wanted, const seen_way& seen) {
  const auto through = wanted.proxy.empty() ? "" : " through the proxy " + wanted.proxy;
  if (seen.got == reached::address) {
    return fault("connection", wanted.subject,
                 "no connection to " + wanted.host + " (" + seen.address + ")" + through + ": " +
                     seen.error.message(),
                 connection_advice(wanted, seen));
  }
  return good("connection", wanted.subject,
              "to " + wanted.host + " (" + seen.address + ")" + through);
}

std::string days_until(core::wall_time until, core::wall_time now) {
  const auto days = std::chrono::floor<std::chrono::days>(until - now).count();
  return days == 1 ? "1 day" : std::to_string(days) + " days";
}

finding untrusted(const wanted_way& wanted, const std::string& found, const seen_way& seen) {
  const auto by = seen.certificate ? seen.certificate->authority : std::string{};
  const bool alone = seen.certificate && seen.certificate->self_signed;
  return fault("certificate", wanted.subject,
               found + (by.empty() ? ""
                        : alone    ? "; it is signed by itself"
                                   : "; it is signed by " + by),
               "if that is the right server, name the PEM file of its authority in " +
                   wanted.ca_key + "; if not, somebody in between answers for it");
}

finding judge_refused(const wanted_way& wanted, const seen_way& seen, core::wall_time now) {
  const auto found = "the certificate of " + wanted.host + " is refused: " + seen.error.message();
  const auto& shown = seen.certificate;
  switch (seen.error.value()) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fault("certificate", wanted.subject,
                   found + (shown && shown->until <= now ? ", on " + app::format_time(shown->until)
                                                         : std::string{}),
                   "whoever runs it has to renew it; if it is this machine's clock that is wrong, "
                   "set that");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fault("certificate", wanted.subject,
                   found + (shown ? ", before " + app::format_time(shown->from) : std::string{}),
                   "most likely the clock of this machine is behind: set it");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fault("certificate", wanted.subject,
                   found + (shown ? "; it is for: " + listed(shown->names) : std::string{}),
                   "name the server in " + wanted.name_key + " as its certificate does");
    default:
      return untrusted(wanted, found, seen);
  }
}

finding judge_tls(const wanted_way& wanted, const seen_way& seen, core::wall_time now) {
  constexpr std::chrono::days soon{14};
  if (seen.got == reached::connection) {
    if (seen.error.category() == net::certificate_category()) {
      return judge_refused(wanted, seen, now);
    }
    return fault("certificate", wanted.subject,
                 "no TLS with " + wanted.host + ": " + seen.error.message(),
                 "look whether that port speaks TLS 1.2 or later, and not plain http");
  }
  if (!seen.certificate) return good("certificate", wanted.subject, "accepted");
  const auto& shown = *seen.certificate;
  const auto text = "for " + listed(shown.names) + ", valid until " + end_text(shown.until);
  if (shown.until - now < soon) {
    return warning("certificate", wanted.subject,
                   text + ", which is in " + days_until(shown.until, now),
                   "whoever runs " + wanted.host + " has to renew it before");
  }
  return good("certificate", wanted.subject, text);
}

finding judge_silence(const wanted_way& wanted, const seen_way& seen) {
  return fault("answer", wanted.subject,
               "no answer of " + wanted.host + " to a request: " + seen.error.message(),
               seen.error == net::errc::timeout
                   ? "it takes connections and does not answer in time: look at its log and load"
                   : "look whether it speaks HTTP/1.1 there, and at its log");
}

}  // namespace

finding judge_name(const wanted_way& wanted, const seen_way& seen) {
  if (!seen.error || seen.got != reached::nothing) {
    return good("name", wanted.subject, seen.looked_up + " is " + listed(seen.addresses));
  }
  const auto found = "no address of " + seen.looked_up + ": " + seen.error.message();
  if (seen.error == net::errc::timeout) {
    return fault("name", wanted.subject, found,
                 "the name server does not answer: look at /etc/resolv.conf, and whether this "
                 "machine may ask it");
  }
  return fault("name", wanted.subject, found,
               "correct the name in " + wanted.subject +
                   ", or have the name server of this machine know it (/etc/resolv.conf)");
}

findings judge_way(const wanted_way& wanted, const seen_way& seen, core::wall_time now) {
  findings all;
  if (!seen.looked_up.empty()) all.push_back(judge_name(wanted, seen));
  if (seen.got == reached::nothing) return all;
  all.push_back(judge_connection(wanted, seen));
  if (seen.got == reached::address) return all;
  if (wanted.secure) all.push_back(judge_tls(wanted, seen, now));
  if (seen.got == reached::server) all.push_back(judge_silence(wanted, seen));
  return all;
}

}  // namespace latchkey::doctor
