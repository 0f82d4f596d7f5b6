#include "tls_names.hpp"
#include "tls_tickets.hpp"
#include "tls_trial.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/net/certificate_names.hpp>
#include <latchkey/net/tls.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::net {
namespace {

// Keys of 128 bits before those of 256, as Mozilla lists them: with their suite goes SHA-256, of
// which the key schedule of a handshake computes hundreds, and which processors have instructions
// for.
constexpr auto tls13_suites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr auto tls12_suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "X25519:P-256:P-384";

std::string last_error() {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown reason";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

// HTTP/1 is all there is. A client that offers only other protocols is told so (RFC 7301 section
// 3.2) instead of being left to guess.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 18> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1',
                                                      8, 'h', 't', 't', 'p', '/', '1', '.', '0'};
  unsigned char* match = nullptr;
  if (SSL_select_next_proto(&match, chosen_size, ours.data(), ours.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

// A context with everything but a certificate.
context_ptr bare_context(const std::shared_ptr<ticket_ring>& tickets) {
  context_ptr made{SSL_CTX_new(TLS_server_method())};
  auto* const context = made.get();
  if (context == nullptr) throw std::runtime_error{"cannot make a TLS context: " + last_error()};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Of the order of suites ours counts, but who asks for ChaCha20 first has no AES in hardware.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // One read per record instead of two.
  SSL_CTX_set_read_ahead(context, 1);
  // Resumption is by tickets alone: they need no memory here and no lock.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (SSL_CTX_set_ciphersuites(context, tls13_suites) != 1 ||
      SSL_CTX_set_cipher_list(context, tls12_suites) != 1 ||
      SSL_CTX_set1_groups_list(context, groups) != 1) {
    throw std::runtime_error{"cannot set the TLS suites: " + last_error()};
  }
  use_tickets(context, tickets);
  return made;
}

context_ptr context_with(const std::vector<const key_pair*>& all,
                         const std::shared_ptr<ticket_ring>& tickets) {
  auto made = bare_context(tickets);
  for (const auto* one : all) one->use_in(made.get());
  return made;
}

// The DNS names of a certificate, in lower case; those that cannot be asked for are left out.
std::vector<std::string> names_in(const X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all{
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free};
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const auto* const one = sk_GENERAL_NAME_value(all.get(), i);
    if (one->type != GEN_DNS) continue;
    std::string name{reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName)),
                     static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName))};
    name = core::to_lower(std::move(name));
    if (is_certificate_name(name)) names.push_back(std::move(name));
  }
  return names;
}

// A certificate that has been read, in a context of its own, which finds what is wrong with it.
struct read_certificate {
  key_pair pair;
  context_ptr alone;
  served_certificate seen;
};

// `tried`: what has been found to be taken by clients.
read_certificate read_one(const tls_files& files, const std::shared_ptr<ticket_ring>& tickets,
                          std::set<std::string>& tried) {
  // The context first: it would stand where reading a key has left room for the next one's.
  auto context = bare_context(tickets);
  read_certificate made{key_pair{files}, std::move(context), {}};
  made.pair.use_in(made.alone.get());
  const auto kind = outcome_class(made.alone.get());
  if (tried.count(kind) == 0) {
    if (const auto fault = fault_for_every_client(made.alone.get()); !fault.empty()) {
      throw std::runtime_error{"cannot use the certificate " + files.certificate.string() +
                               ": its key is of a kind that no client takes, " + fault +
                               "; make one on the curve P-256, or an RSA key"};
    }
    if (!kind.empty()) tried.insert(kind);
  }
  const auto* const certificate = made.pair.certificate();
  made.seen.file = files.certificate;
  made.seen.names = names_in(certificate);
  const char* const type = EVP_PKEY_get0_type_name(X509_get0_pubkey(certificate));
  made.seen.key = type == nullptr ? "" : type;
  made.seen.valid = made.pair.valid();
  return made;
}

std::vector<std::string> names_of(const named_certificate& one, const served_certificate& seen) {
  if (one.names.empty()) {
    if (!seen.names.empty()) return seen.names;
    throw std::runtime_error{"the certificate " + one.files.certificate.string() +
                             " has no DNS name; say for which names it is"};
  }
  auto names = one.names;
  for (auto& name : names) {
    name = core::to_lower(std::move(name));
    if (!is_certificate_name(name)) {
      throw std::runtime_error{"\"" + name +
                               "\" is no name of a host, nor \"*.\" before one; it is named for "
                               "the certificate " +
                               one.files.certificate.string()};
    }
  }
  return names;
}

bool has_name(const served_certificate& one, const std::string& name) {
  return std::find(one.names.begin(), one.names.end(), name) != one.names.end();
}

bool has_all_names(const served_certificate& one, const served_certificate& of) {
  return !of.names.empty() && std::all_of(of.names.begin(), of.names.end(),
                                          [&](const auto& name) { return has_name(one, name); });
}

// Of the certificates for one name, by their places; the standard one, 0, only where it adds a key
// of another type.
using group = std::vector<std::size_t>;

// Throws where two have keys of one type.
std::map<std::string, group> by_name(const std::vector<served_certificate>& all) {
  std::map<std::string, group> made;
  for (std::size_t i = 1; i < all.size(); ++i) {
    for (const auto& name : all[i].names) {
      auto& sharing = made[name];
      for (const auto other : sharing) {
        if (other == i || all[other].key != all[i].key) continue;
        throw std::runtime_error{"the certificates " + all[other].file.string() + " and " +
                                 all[i].file.string() + " are both for " + name +
                                 ", with keys of one type"};
      }
      if (std::find(sharing.begin(), sharing.end(), i) == sharing.end()) sharing.push_back(i);
    }
  }
  for (auto& [name, sharing] : made) {
    const auto same_type = [&](std::size_t i) { return all[i].key == all[0].key; };
    if (!has_name(all[0], name) || std::any_of(sharing.begin(), sharing.end(), same_type)) continue;
    sharing.insert(sharing.begin(), 0);
  }
  return made;
}

// The standard certificate, and those beside it.
group standard_group(const std::vector<served_certificate>& all) {
  group made{0};
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto same_type = [&](std::size_t other) { return all[other].key == all[i].key; };
    if (!has_all_names(all[i], all[0]) || std::any_of(made.begin(), made.end(), same_type))
      continue;
    made.push_back(i);
  }
  return made;
}

}  // namespace

tls_context::tls_context(const tls_files& files, std::function<core::steady_time()> now)
    : tls_context{files, {}, make_ticket_ring(std::move(now))} {}

tls_context::tls_context(const tls_files& standard, const std::vector<named_certificate>& named,
                         std::shared_ptr<ticket_ring> tickets, const core::stop_check& stopped) {
  std::vector<read_certificate> all;
  std::set<std::string> tried;
  all.reserve(named.size() + 1);
  all.push_back(read_one(standard, tickets, tried));
  for (const auto& one : named) {
    core::throw_if_stopped(stopped);
    all.push_back(read_one(one.files, tickets, tried));
    all.back().seen.names = names_of(one, all.back().seen);
  }
  for (const auto& one : all) certificates_.push_back(one.seen);
  const auto made_of = [&](const group& members) {
    core::throw_if_stopped(stopped);
    if (members.size() == 1) return std::move(all[members.front()].alone);
    std::vector<const key_pair*> chosen;
    for (const auto i : members) chosen.push_back(&all[i].pair);
    return context_with(chosen, tickets);
  };
  const auto sharing = by_name(certificates_);
  std::map<group, context_ptr> contexts;
  auto names = std::make_unique<tls_names>();
  for (const auto& [name, members] : sharing) {
    auto& context = contexts[members];
    if (!context) context = made_of(members);
    names->add(name, context.get());
  }
  context_.reset(made_of(standard_group(certificates_)).release());
  if (!sharing.empty()) use_names(context_.get(), std::move(names));
}

}  // namespace latchkey::net
