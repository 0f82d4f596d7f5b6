#include <latchkey/app/server_span.hpp>
#include <latchkey/trace/http_attributes.hpp>

#include <utility>

namespace latchkey::app {
namespace {

constexpr std::size_t max_agent_bytes = 256;

std::string name_of(const http::exchange& ended) {
  std::string name{trace::name_of_method(ended.method)};
  if (ended.route.empty()) return name;
  name.push_back(' ');
  name.append(ended.route);
  return name;
}

std::string_view version_of(std::string_view protocol) {
  const auto slash = protocol.find('/');
  return slash == protocol.npos ? std::string_view{} : protocol.substr(slash + 1);
}

}  // namespace

trace::span server_span(const http::exchange& ended) {
  const auto& of = *ended.trace;
  trace::span made;
  made.context = of.here;
  made.parent = of.parent;
  made.remote_parent = of.parent.is_set();
  made.state = of.state;
  made.kind = trace::span_kind::server;
  made.name = name_of(ended);
  made.ended = ended.at;
  made.begun = ended.at - std::chrono::duration_cast<core::wall_time::duration>(ended.took);
  trace::add_method(made, ended.method);
  if (!ended.route.empty()) made.add("http.route", ended.route);
  made.add("url.scheme", ended.secure ? "https" : "http");
  made.add("url.path", ended.path);
  if (ended.head != nullptr) {
    if (const auto host = ended.head->find("host")) trace::add_server(made, *host, ended.secure);
  }
  made.add("client.address", ended.client);
  made.add("network.peer.address", ended.peer);
  made.add("network.protocol.version", version_of(ended.protocol));
  if (ended.head != nullptr) {
    if (const auto agent = ended.head->find("user-agent")) {
      made.add("user_agent.original", *agent, max_agent_bytes);
    }
  }
  trace::add_status(made, ended.status, 500, ended.reason);
  return made;
}

void record_span(const http::exchange& ended) {
  if (ended.trace != nullptr && ended.trace->to) ended.trace->to->add(server_span(ended));
}

}  // namespace latchkey::app
