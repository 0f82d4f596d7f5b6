// Which header fields a server behind us may take for which, and what we do with those whose names
// matter to an edge. Pure. Not for values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// Names longer than this are none of ours.
inline constexpr std::size_t longest_known_name = 64;

// Servers hand fields to programs under names of letters, digits and '_' (RFC 3875 section 4.1.18;
// WSGI, PHP, FastCGI): X-User, x_user and X.User are one there. Lower case, and '_' for everything
// that is no letter and no digit.
std::string fold(std::string_view name);

// What is done with a field of the client that has the name.
enum class field_role : std::uint8_t {
  passed,      // goes on, unless Connection names it
  connection,  // the Connection field itself
  hop,         // means this connection only (RFC 9110 section 7.6.1), or frames the message
  upgrade,     // hop by hop, and offered anew where allowed (section 7.8)
  expect,      // goes on with a body (section 10.1.1)
  host,
  authorization,
  cookie,
  token,     // a further field that may hold the token
  history,   // X-Forwarded-For, -Proto, -Host, -Port, Forwarded: written by us
  via,       // added to
  told,      // what only a proxy may tell of the client: from a trusted peer only
  identity,  // who the client is, which nobody but us may say
  steering,  // another method or path than those that were judged
  request_id,
  trace,  // traceparent and tracestate, where they are ours
};

// Names of fields and what is done with them: a hash table of folded names. What is in it is ours;
// what is looked up is anybody's.
class name_table {
 public:
  struct entry {
    std::string folded;
    std::string name;  // in lower case
    field_role role = field_role::passed;
  };

  // Adds the name, or replaces what folds to the same.
  void set(std::string_view name, field_role role);
  // Null where there is none. `hash` is that of `folded`.
  const entry* find(std::string_view folded, std::size_t hash) const;
  static std::size_t hash(std::string_view folded);

 private:
  std::size_t place_of(std::string_view folded, std::size_t hash) const;

  std::vector<entry> places_;  // a power of two of them, at most half in use; free: no folded name
  std::size_t used_ = 0;
};

// The fields of requests that matter here: the fixed ones, which all share, and those of one
// configuration.
class known_names {
 public:
  // Gives the name that role, whatever it had. Throws std::invalid_argument for an empty name and
  // one longer than longest_known_name.
  void set(std::string_view name, field_role role);

  struct found {
    field_role role = field_role::passed;
    // Spelled as the known field is, but for case, or none that is known: another spelling of a
    // known field is nobody's.
    bool exact = true;
  };
  // Allocates nothing.
  found find(std::string_view name) const;

 private:
  name_table own_;
};

// Whether the field of an upstream's answer means its connection only, frames the message, or tells
// of places that clients cannot reach (Alt-Svc, RFC 7838), and Server.
bool is_kept_from_clients(std::string_view name);

}  // namespace latchkey::edge
