#include "issuer/fault_kind.hpp"

#include <algorithm>
#include <array>

namespace latchkey::issuer {
namespace {

using enum fault_kind;
using by = shown_by;

constexpr auto table = std::to_array<kind_entry>({
    {not_found, by::answer, "not-found", "404"},
    {error, by::answer, "error", "500"},
    {unavailable, by::answer, "unavailable", "503 with Retry-After (retry_after, 7 seconds)"},
    {refuse, by::listener, "refuse", "connections are refused: nothing listens"},
    {silence, by::bytes, "silence", "the request is read and never answered"},
    {reset, by::bytes, "reset", "the connection is reset in the middle of the body"},
    {short_length, by::bytes, "short-length", "Content-Length is half the size of the document"},
    {long_length, by::bytes, "long-length",
     "Content-Length is larger than what comes before the end"},
    {drip_head, by::bytes, "drip-head", "one byte every interval_ms (400), from the first on"},
    {drip_body, by::bytes, "drip-body", "the same, from the first byte of the body on"},
    {huge, by::bytes, "huge", "a body of 60 MB, announced by Content-Length"},
    {endless, by::bytes, "endless", "a chunked body without an end"},
    {interim_flood, by::bytes, "interim-flood", "1xx answers without an end"},
    {gzip, by::answer, "gzip", "the document in gzip, which nobody asked for"},
    {html, by::answer, "html", "200 with a web page"},
    {content_type, by::answer, "content-type", "the sound document as text/plain: harmless"},
    {truncated, by::answer, "truncated", "the first half of the document, well framed"},
    {empty_object, by::answer, "empty-object", "{}"},
    {keys_object, by::answer, "keys-object", "{\"keys\":{}}"},
    {no_keys, by::answer, "no-keys", "{\"keys\":[]}"},
    {many_keys, by::key_set, "many-keys", "10,000 keys, the sound ones first"},
    {duplicate_kid, by::key_set, "duplicate-kid", "a second, different key under each kid"},
    {slow, by::answer, "slow", "the sound document after delay_ms (1000)"},
    {redirect_self, by::answer, "redirect-self", "a redirect (status, 302) to the same URL"},
    {redirect_host, by::answer, "redirect-host",
     "the same, to another host (location, the same path at http://127.0.0.2)"},
    {redirect_http, by::answer, "redirect-http", "the same, to the same URL in plain http"},
    {self_signed, by::certificate, "self-signed", "a certificate that nobody vouches for"},
    {expired, by::certificate, "expired", "a certificate that expired yesterday"},
    {wrong_host, by::certificate, "wrong-host", "a certificate for wrong-host.invalid"},
});

consteval bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].kind) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const kind_entry> fault_kinds() {
  return table;
}

const kind_entry& entry_of(fault_kind kind) {
  return table.at(static_cast<std::size_t>(kind));
}

const kind_entry* find_kind(std::string_view name) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [&](const auto& one) { return one.name == name; });
  return found == table.end() ? nullptr : found;
}

std::string kind_names() {
  std::string names;
  for (const auto& one : table) {
    if (!names.empty()) names += ", ";
    names += one.name;
  }
  return names;
}

}  // namespace latchkey::issuer
