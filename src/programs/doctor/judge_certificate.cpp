#include "judge_certificate.hpp"

#include "words.hpp"

#include <latchkey/app/loaded_files.hpp>
#include <latchkey/app/log.hpp>

#include <chrono>

namespace latchkey::doctor {
namespace {

std::string place_text(std::size_t index) {
  return "certificate " + std::to_string(index + 1) + " of the file";
}

finding judge_key(const named_pair& files, const certificate_facts& facts) {
  if (!facts.has_key) {
    return fault("certificate", files.subject, files.key + " holds no private key that can be read",
                 "name the PEM file of the key, not encrypted, as private_key");
  }
  if (!facts.of_key) {
    return fault(
        "certificate", files.subject,
        "the key " + files.key + " does not belong to the certificate " + files.certificate,
        "name the key that the certificate was made with, or have a certificate made for "
        "this key");
  }
  return fault("certificate", files.subject,
               "the key belongs to " + place_text(*facts.of_key) + ' ' + files.certificate,
               "put the server's own certificate first, then those that lead from it to its "
               "authority");
}

finding judge_names(const named_pair& files, const certificate_facts& facts) {
  if (!facts.names.empty()) {
    return good("certificate", files.subject, files.certificate + " is for " + listed(facts.names));
  }
  return warning(
      "certificate", files.subject,
      files.certificate + " has no name in subjectAltName, which is all that clients look at",
      "have one made with the names by which clients reach this server");
}

finding judge_time(const named_pair& files, const certificate_facts& facts, core::wall_time now) {
  constexpr std::chrono::days soon{14};
  const auto& file = files.certificate;
  if (now >= facts.until) {
    return fault(
        "certificate", files.subject, file + " has expired, on " + app::format_time(facts.until),
        facts.self_signed ? "have a new one made; for development: move both files away, then " +
                                app::certificate_command(file, files.key)
                          : "have it renewed; the server takes the new one with a reload");
  }
  if (now < facts.from) {
    return fault("certificate", files.subject,
                 file + " is not valid before " + app::format_time(facts.from),
                 "look whether this machine's clock is behind");
  }
  const auto text = file + " is valid until " + end_text(facts.until);
  if (facts.until - now >= soon) return good("certificate", files.subject, text);
  const auto days = std::chrono::floor<std::chrono::days>(facts.until - now).count();
  return warning("certificate", files.subject,
                 text + (days < 2 ? ", within two days" : ", in " + std::to_string(days) + " days"),
                 "have it renewed; the server takes the new one with a reload");
}

// Whom clients find behind it.
finding judge_chain(const named_pair& files, const certificate_facts& facts) {
  if (facts.out_of_order) {
    return warning("certificate", files.subject,
                   place_text(*facts.out_of_order) + ' ' + files.certificate +
                       " did not sign the one before it",
                   "put them in order: the server's own first, then the one that signed it, and so "
                   "on; strict clients refuse any other order");
  }
  if (facts.self_signed) {
    return warning("certificate", files.subject,
                   "it is signed by itself: clients trust it only where they were given it",
                   "good for development (curl --cacert); for others have one of an authority");
  }
  if (facts.count == 1) {
    return warning("certificate", files.subject,
                   "it stands alone; it is signed by " + facts.authority,
                   "where that is no root that clients have, put its certificate behind it in the "
                   "file");
  }
  return good("certificate", files.subject,
              "a chain of " + std::to_string(facts.count) + ", in order, up to " + facts.authority);
}

}  // namespace

findings judge_certificate(const named_pair& files, const certificate_facts& facts,
                           core::wall_time now) {
  if (facts.count == 0) {
    return {fault("certificate", files.subject, files.certificate + " holds no certificate in PEM",
                  "name the PEM file of the server's certificate and its chain")};
  }
  findings all;
  if (!facts.of_key || *facts.of_key != 0) all.push_back(judge_key(files, facts));
  all.push_back(judge_names(files, facts));
  all.push_back(judge_time(files, facts, now));
  all.push_back(judge_chain(files, facts));
  return all;
}

}  // namespace latchkey::doctor
