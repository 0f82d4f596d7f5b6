// What would become of one request under a configuration: the route that takes it, what that needs,
// and what the upstream would be sent. No network, no keys, no tokens. Not for answering requests.
#pragma once

#include <latchkey/app/config.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::app {

struct asked_request {
  std::string method;
  std::string url;  // "https://host/path?query", or a path, of localhost then
  std::vector<std::pair<std::string, std::string>> fields = {};  // a Host goes before that of `url`
  // The claims of the token, a JSON object. Where there are none, texts stand in their places.
  std::optional<std::string> claims = {};
};

// What another proxy would be told that asks about the request.
struct check_told {
  unsigned status = 403;  // 200: it may pass
  std::string why;        // for which reason, or under which condition
  std::vector<std::pair<std::string, std::string>> fields;  // that say who asks
};

struct route_explanation {
  bool taken = false;   // a route takes it, and forwards it if it leads to an upstream
  unsigned status = 0;  // else: what it is answered with
  std::string why;      // and for which reason
  std::string allow;    // what Allow says for 204 and 405
  // Of the route, where there is one.
  std::string path;
  std::string needs;
  std::string resource = {};  // the identifier of the one it belongs to, if any
  std::string answers;
  std::vector<std::pair<std::string, std::string>> parameters;
  // What the upstream is sent, where it is forwarded.
  std::vector<std::string> addresses;
  std::string request_line;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::string> notes;  // what is made up in it
  std::optional<check_told> check;  // nothing where no checks are answered
};

// `checked` is a configuration that has been loaded. Throws std::invalid_argument, for people,
// where the question itself is malformed: a URL without a host, a method or a field that is none,
// claims that are no JSON object.
route_explanation explain_route(const config& checked, const asked_request& asked);

std::string explanation_text(const route_explanation& made);
boost::json::object explanation_json(const route_explanation& made);

}  // namespace latchkey::app
