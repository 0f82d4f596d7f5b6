#include <latchkey/core/file.hpp>
#include <latchkey/net/client_rules.hpp>
#include <latchkey/net/pem_file.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::net {
namespace {

// They are sent to every client that comes, and are asked one after the other.
constexpr std::size_t max_authorities = 100;
constexpr int max_names_bytes = 16 * 1024;

struct bio_delete {
  void operator()(BIO* one) const { BIO_free(one); }
};
using memory = std::unique_ptr<BIO, bio_delete>;

memory reader_of(std::string_view text) {
  memory made{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  if (!made) throw std::bad_alloc{};
  return made;
}

// Never asks on the terminal.
int no_password(char*, int, int, void*) {
  return 0;
}

[[noreturn]] void refuse(const char* what, const std::filesystem::path& file,
                         const std::string& why) {
  ERR_clear_error();
  throw std::runtime_error{std::string{"cannot use the "} + what + ' ' + file.string() + ": " +
                           why};
}

constexpr auto authorities_words = "authorities of clients";
constexpr auto lists_words = "revocation lists";

std::string read(const char* what, const std::filesystem::path& file, std::size_t most) {
  auto text = core::read_file(file, most);
  if (!text) refuse(what, file, "it " + core::fault_of_file(text.error()));
  return std::move(*text);
}

// Whether the reader has come to the end of the file, and not to something it cannot read.
bool at_end() {
  const auto code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

std::string name_of(const X509_NAME* name) {
  const memory text{BIO_new(BIO_s_mem())};
  if (!text || X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253) < 0) return "(unreadable)";
  char* data = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &data);
  constexpr std::size_t most = 200;
  return {data, std::min(static_cast<std::size_t>(std::max(size, 0L)), most)};
}

std::string subject_of(const X509* one) {
  return name_of(X509_get_subject_name(one));
}

std::string issuer_of(const X509_CRL* one) {
  return name_of(X509_CRL_get_issuer(one));
}

std::string id_of(X509_EXTENSION* one) {
  std::array<char, 100> text{};
  OBJ_obj2txt(text.data(), text.size(), X509_EXTENSION_get_object(one), 1);
  return text.data();
}

// The identifier of one that OpenSSL does not heed, of the list or of what is on it; empty where
// there is none. That of another issuer turns an entry into one about somebody else, even where it
// is not marked as critical.
std::string critical_extension(X509_CRL* list) {
  for (int i = 0; i < X509_CRL_get_ext_count(list); ++i) {
    auto* const one = X509_CRL_get_ext(list, i);
    const int number = OBJ_obj2nid(X509_EXTENSION_get_object(one));
    if (X509_EXTENSION_get_critical(one) == 1 && number != NID_authority_key_identifier) {
      return id_of(one);
    }
  }
  auto* const revoked = X509_CRL_get_REVOKED(list);
  for (int i = 0; revoked != nullptr && i < sk_X509_REVOKED_num(revoked); ++i) {
    const auto* const entry = sk_X509_REVOKED_value(revoked, i);
    for (int j = 0; j < X509_REVOKED_get_ext_count(entry); ++j) {
      auto* const one = X509_REVOKED_get_ext(entry, j);
      const int number = OBJ_obj2nid(X509_EXTENSION_get_object(one));
      if (X509_EXTENSION_get_critical(one) == 1 || number == NID_certificate_issuer) {
        return id_of(one);
      }
    }
  }
  return {};
}

bool signs_lists(X509* authority) {
  return (X509_get_key_usage(authority) & KU_CRL_SIGN) != 0;
}

}  // namespace

client_rules::client_rules(const client_rules_settings& settings,
                           std::function<core::wall_time()> now)
    : mode_{settings.mode},
      now_{std::move(now)},
      store_{X509_STORE_new()},
      names_{sk_X509_NAME_new_null()} {
  if (!store_ || !names_) throw std::bad_alloc{};
  constexpr std::size_t max_bytes = std::size_t{1} << 20;
  const auto authorities = read(authorities_words, settings.authorities, max_bytes);
  read_authorities(settings.authorities, authorities);
  mark_trusted();
  for (const auto& one : authorities_) {
    if (X509_STORE_add_cert(store_.get(), one.get()) != 1) throw std::bad_alloc{};
    add_name(settings.authorities, one.get());
  }
  std::string lists;
  if (!settings.revoked.empty()) {
    lists = read(lists_words, settings.revoked, max_revoked_bytes);
    read_lists(settings.revoked, lists);
    X509_STORE_set_flags(store_.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  }
  identify(authorities, lists);
  ERR_clear_error();
}

void client_rules::read_authorities(const std::filesystem::path& file, std::string_view pem) {
  ERR_clear_error();
  const auto from = reader_of(pem);
  while (std::unique_ptr<X509, deleter> next{
      PEM_read_bio_X509(from.get(), nullptr, no_password, nullptr)}) {
    if (X509_check_ca(next.get()) != 1) {
      refuse(authorities_words, file,
             "the certificate of " + subject_of(next.get()) +
                 " is that of no authority (basicConstraints, CA:TRUE)");
    }
    authorities_.push_back(std::move(next));
    if (authorities_.size() > max_authorities) {
      refuse(authorities_words, file,
             "it has more than " + std::to_string(max_authorities) + " certificates");
    }
  }
  if (authorities_.empty() || !at_end()) {
    refuse(authorities_words, file,
           why_refused(pem, "certificates of authorities in PEM", ERR_peek_last_error()));
  }
  ERR_clear_error();
}

// Those at the top. Who names an authority between a root and its clients, without that root, means
// that one; where the root is there, too, it may revoke the other.
void client_rules::mark_trusted() const {
  for (const auto& one : authorities_) {
    const bool has_issuer =
        std::any_of(authorities_.begin(), authorities_.end(), [&one](const auto& other) {
          return X509_check_issued(other.get(), one.get()) == X509_V_OK;
        });
    if (has_issuer) continue;
    if (X509_add1_trust_object(one.get(), OBJ_nid2obj(NID_client_auth)) != 1) {
      throw std::bad_alloc{};
    }
  }
}

void client_rules::add_name(const std::filesystem::path& file, const X509* one) {
  auto* const name = X509_NAME_dup(X509_get_subject_name(one));
  if (name == nullptr) throw std::bad_alloc{};
  if (sk_X509_NAME_push(names_.get(), name) == 0) {
    X509_NAME_free(name);
    throw std::bad_alloc{};
  }
  int bytes = 0;
  for (int i = 0; i < sk_X509_NAME_num(names_.get()); ++i) {
    bytes += i2d_X509_NAME(sk_X509_NAME_value(names_.get(), i), nullptr);
  }
  if (bytes <= max_names_bytes) return;
  refuse(authorities_words, file, "their names are longer than 16 KiB");
}

void client_rules::read_lists(const std::filesystem::path& file, std::string_view pem) {
  ERR_clear_error();
  const auto from = reader_of(pem);
  while (std::unique_ptr<X509_CRL, deleter> next{
      PEM_read_bio_X509_CRL(from.get(), nullptr, no_password, nullptr)}) {
    const auto* const signer = signer_of(file, next.get());
    // Sorts it, which the first to look something up would do otherwise.
    X509_REVOKED* found = nullptr;
    X509_CRL_get0_by_cert(next.get(), &found, authorities_.front().get());
    if (X509_STORE_add_crl(store_.get(), next.get()) != 1) throw std::bad_alloc{};
    const auto since = *moment_of(X509_CRL_get0_lastUpdate(next.get()));
    const auto until = *moment_of(X509_CRL_get0_nextUpdate(next.get()));
    lists_.push_back({std::move(next), signer, since, until});
  }
  mark_newest();
  if (lists_.empty() || !at_end()) {
    refuse(lists_words, file, why_refused(pem, "revocation lists in PEM", ERR_peek_last_error()));
  }
  ERR_clear_error();
}

// One that an authority has left behind, beside a newer one, is not looked at any more.
void client_rules::mark_newest() {
  std::map<const X509*, signed_list*> newest;
  for (auto& one : lists_) {
    auto*& best = newest[one.signer];
    if (best == nullptr || best->from < one.from) best = &one;
  }
  for (const auto& [signer, one] : newest) one->newest = true;
}

bool client_rules::has_list_at(const X509* signer, core::wall_time when) const {
  return std::any_of(lists_.begin(), lists_.end(), [&](const signed_list& one) {
    return one.signer == signer && one.is_valid(when);
  });
}

bool client_rules::has_lists_at(core::wall_time when) const {
  return std::all_of(lists_.begin(), lists_.end(), [&](const signed_list& one) {
    return one.is_valid(when) || !one.newest || has_list_at(one.signer, when);
  });
}

// Whose list it is; throws where it is of no use.
const X509* client_rules::signer_of(const std::filesystem::path& file, X509_CRL* one) const {
  const auto bad = [&](const char* why) {
    refuse(lists_words, file, "that of " + issuer_of(one) + why);
  };
  if (X509_CRL_get_ext_by_NID(one, NID_delta_crl, -1) >= 0) {
    bad(" has changes alone (a delta list); expected whole ones");
  }
  if (X509_CRL_get_ext_by_NID(one, NID_issuing_distribution_point, -1) >= 0) {
    bad(" is for some certificates alone (it has an issuing distribution point), by which nobody "
        "would be let in; have the authority write one list of all, without that extension");
  }
  if (const auto id = critical_extension(one); !id.empty()) {
    bad((" has a critical extension that is not understood (" + id +
         "), by which nobody would be let in; have the authority write it without")
            .c_str());
  }
  if (!moment_of(X509_CRL_get0_nextUpdate(one)) || !moment_of(X509_CRL_get0_lastUpdate(one))) {
    bad(" does not say when the next one comes (nextUpdate)");
  }
  bool named = false;
  for (const auto& authority : authorities_) {
    if (X509_NAME_cmp(X509_get_subject_name(authority.get()), X509_CRL_get_issuer(one)) != 0) {
      continue;
    }
    named = true;
    if (!signs_lists(authority.get())) continue;
    if (X509_CRL_verify(one, X509_get0_pubkey(authority.get())) == 1) return authority.get();
  }
  bad(named ? " is not signed by that authority, or it may not sign lists (keyUsage, cRLSign)"
            : " is of none of the authorities of clients");
  return nullptr;
}

void client_rules::identify(std::string_view authorities, std::string_view lists) {
  std::string all{"latchkey client rules 1"};
  all.append(1, static_cast<char>(mode_));
  for (const auto text : {authorities, lists}) all.append(std::to_string(text.size())).append(text);
  unsigned size = 0;
  static_assert(std::tuple_size_v<decltype(identity_)> <= SSL_MAX_SID_CTX_LENGTH);
  if (EVP_Digest(all.data(), all.size(), identity_.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc{};
  }
}

std::vector<std::string> client_rules::warnings() const {
  std::vector<std::string> all;
  const auto now = now_();
  for (const auto& one : authorities_) {
    if (validity_of(one.get()).until < now) {
      all.push_back("the authority " + subject_of(one.get()) + " has expired");
    }
    const bool listed =
        lists_.empty() || std::any_of(lists_.begin(), lists_.end(), [&one](const auto& list) {
          return X509_NAME_cmp(X509_get_subject_name(one.get()),
                               X509_CRL_get_issuer(list.crl.get())) == 0;
        });
    if (!listed) {
      all.push_back("there is no revocation list of " + subject_of(one.get()) +
                    ": the certificates it has issued are refused");
    }
  }
  for (const auto& one : lists_) {
    if (!one.newest || has_list_at(one.signer, now)) continue;
    all.push_back("the revocation list of " + issuer_of(one.crl.get()) +
                  (one.until <= now ? " has expired" : " is not valid yet") +
                  ": the certificates it is for are refused");
  }
  return all;
}

}  // namespace latchkey::net
