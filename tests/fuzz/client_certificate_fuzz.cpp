// Certificates of clients, in DER: what is told of one is visible and bounded, and the same again.
#include <latchkey/net/client_certificate.hpp>

#include <fuzz/require.hpp>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

using latchkey::fuzz::require;
namespace net = latchkey::net;

namespace {

bool can_stand_in_a_field(std::string_view text) {
  return text.size() <= net::max_certificate_name &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* at = data;
  const std::unique_ptr<X509, decltype(&X509_free)> one{
      d2i_X509(nullptr, &at, static_cast<long>(size)), X509_free};
  ERR_clear_error();
  if (!one) return 0;
  const auto read = net::read_client_certificate(one.get());
  require(ERR_peek_error() == 0, "no error is left behind");
  if (!read) return 0;
  for (const auto* const text : {&read->subject, &read->issuer, &read->serial, &read->sha256}) {
    require(can_stand_in_a_field(*text), "a text is visible and bounded");
  }
  require(!read->serial.empty() && read->sha256.size() == 43, "serial number and digest are there");
  std::size_t names = 0;
  for (const auto* const list : {&read->dns, &read->uris, &read->emails}) {
    names += list->size();
    for (const auto& name : *list) {
      require(!name.empty() && can_stand_in_a_field(name) && name.find(' ') == name.npos,
              "a name is visible, bounded and not empty");
    }
  }
  require(names <= net::max_certificate_names, "names are bounded");
  require(net::read_client_certificate(one.get()) == read, "it says the same again");
  return 0;
}
