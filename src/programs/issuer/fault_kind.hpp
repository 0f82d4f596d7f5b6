// The kinds of faults that the development issuer can show, a row each: what it is called, how it
// is shown, and what is known of it beforehand. The flag, the control endpoint, the counts, the
// help and the benchmarks read it. Not for what a request for a fault says: that is fault.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/http/response.hpp>
#include <latchkey/net/tls.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace latchkey::issuer {

struct fault;
struct fault_material;

// Makes the answer in the place of `sound`, which is what was asked for at `path`.
struct answer_input {
  const fault& shown;
  const http::response& sound;
  std::string_view path;
  const fault_material& of;
};
using answer_fault = http::response (*)(const answer_input&);

// Makes what takes the connection over. `over` becomes true when the fault is lifted; what goes on
// without an end then ends soon.
struct wire_input {
  const fault& shown;
  const http::response& sound;
  async::executor where;
  std::shared_ptr<const bool> over;
};
using wire_fault = http::tunnel (*)(const wire_input&);

// Makes what is presented in the place of the certificate of `files`, whose context is `own`.
using certificate_fault = std::shared_ptr<const net::tls_context> (*)(const net::tls_files& files,
                                                                      const net::tls_context& own);

// Nobody listens.
struct closed_listener {};

enum class shown_by : std::uint8_t {
  answer,       // a whole HTTP answer
  bytes,        // what no HTTP server would send
  certificate,  // the certificate presented: needs TLS
  listener,     // whether anybody listens at all
};

// The one way in which a kind is shown; there is no kind without.
class shown_as {
 public:
  constexpr shown_as(answer_fault made) : made_{made} {}
  constexpr shown_as(wire_fault made) : made_{made} {}
  constexpr shown_as(certificate_fault made) : made_{made} {}
  constexpr shown_as(closed_listener made) : made_{made} {}

  constexpr shown_by by() const { return static_cast<shown_by>(made_.index()); }
  // Null where it is shown in another way.
  answer_fault answer() const { return get<answer_fault>(); }
  wire_fault wire() const { return get<wire_fault>(); }
  certificate_fault certificate() const { return get<certificate_fault>(); }

 private:
  template <class Made>
  Made get() const {
    const auto* made = std::get_if<Made>(&made_);
    return made == nullptr ? nullptr : *made;
  }

  // In the order of shown_by.
  std::variant<answer_fault, wire_fault, certificate_fault, closed_listener> made_;
};

struct fault_kind {
  std::string_view name;
  std::string_view description;
  shown_as shown;
  // Sets what the kind has where the request does not say; null: nothing.
  void (*defaults)(fault&) = nullptr;
  bool key_set_only = false;
  bool redirects = false;       // takes a `status`
  bool uses_spare_key = false;  // the material's spare_jwk

  // What a server that fetches keys makes of it.
  bool harmless = false;   // it takes the answer all the same
  bool hangs = false;      // a fetch ends by its timeout only
  bool withdraws = false;  // it takes the keys away: they are not used from then on

  shown_by by() const { return shown.by(); }
};

// All of them. The rows have static storage: a kind is known by its address.
std::span<const fault_kind> fault_kinds();
// Null for a name that is not known.
const fault_kind* find_kind(std::string_view name);
// "not-found, error, ...".
std::string kind_names();

}  // namespace latchkey::issuer
