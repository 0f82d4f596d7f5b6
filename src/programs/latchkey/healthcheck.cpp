#include "healthcheck.hpp"

#include "show.hpp"

#include <latchkey/app/listen_name.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/client/https_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include <exception>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace latchkey::programs {
namespace {

using answer = core::result<http::fetched>;

answer fetch_now(const std::string& url, std::chrono::milliseconds timeout,
                 const core::clock& clock) {
  boost::asio::io_context context{1};
  const client::https_client client{{}};
  std::optional<answer> got;
  std::exception_ptr fault;
  auto work = client.get({url, {}}, core::deadline{clock.steady() + timeout});
  const auto finish = [&](std::exception_ptr thrown, answer outcome) {
    fault = std::move(thrown);
    got = std::move(outcome);
  };
  boost::asio::co_spawn(context.get_executor(), std::move(work), finish);
  context.run();
  if (fault) std::rethrow_exception(fault);
  if (!got) throw std::logic_error{"the request did not end"};
  return std::move(*got);
}

// As /readyz lists them; of another answer there are none.
void tell_reasons(const std::string& body, const command_env& env) {
  core::error_code no_json;
  const auto value = boost::json::parse(body, no_json);
  const auto* const object = no_json ? nullptr : value.if_object();
  const auto* const reasons = object == nullptr ? nullptr : object->if_contains("reasons");
  if (reasons == nullptr || !reasons->is_object()) return;
  for (const auto& [name, why] : reasons->get_object()) {
    if (!why.is_string()) continue;
    env.err << "  " << printable({name.data(), name.size()}) << ": "
            << printable({why.get_string().data(), why.get_string().size()}) << '\n';
  }
}

}  // namespace

std::string readiness_url(std::string_view listen) {
  const auto colon = listen.rfind(':');
  auto address = std::string{listen.substr(0, colon)};
  if (address == "0.0.0.0") address = "127.0.0.1";
  if (address == "[::]") address = "[::1]";
  return "http://" + address + std::string{listen.substr(colon)} + "/readyz";
}

int healthcheck(const healthcheck_options& options, const command_env& env) {
  auto url = options.url;
  if (url.empty()) {
    const auto config = load(options.config, env);
    if (!config) return exit_usage;
    if (config->admin.listen.empty()) {
      env.err << "admin.listen is \"\", so there is nobody to ask; set it, or give --url\n";
      return exit_usage;
    }
    if (app::listen_name(config->admin.listen)) {
      env.err << "admin.listen is " << config->admin.listen
              << ", whose address only the service manager knows; give --url\n";
      return exit_usage;
    }
    url = readiness_url(config->admin.listen);
  }
  const auto got = fetch_now(url, options.timeout, env.clock);
  if (!got) {
    env.err << url << ": " << got.error().message() << '\n';
    return exit_refused;
  }
  if (got->status != 200) {
    env.err << url << ": not ready, status " << got->status << '\n';
    tell_reasons(got->body, env);
    return exit_refused;
  }
  env.out << url << ": ready\n";
  return exit_ok;
}

}  // namespace latchkey::programs
