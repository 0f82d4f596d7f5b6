#include "status_page.hpp"
#include "status_style.hpp"

#include <latchkey/app/log.hpp>
#include <latchkey/app/status.hpp>
#include <latchkey/http/html.hpp>

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace latchkey::app {
namespace {

using http::escape_html;
using std::chrono::days;

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>latchkey status</title>
<style>)";

// Before a certificate expires.
constexpr days early{14};
constexpr days late{2};

std::string_view look_of(const certificate_status& one, core::wall_time now) {
  if (one.until - now < late) return "bad";
  return one.until - now < early ? "warn" : "good";
}

std::string left_text(const certificate_status& one, core::wall_time now) {
  if (one.until <= now) return "expired";
  return span_text(std::chrono::duration_cast<core::steady_duration>(one.until - now)) + " left";
}

std::string problem(std::string_view look, const std::string& what) {
  return fmt::format("<li class=\"{}\">{}</li>\n", look, what);
}

bool is_usable(const edge::address_report& one) {
  return one.healthy && one.ejected_for.count() <= 0;
}

std::string upstream_problem(const upstream_status& one) {
  const auto all = one.addresses.size();
  const auto usable = static_cast<std::size_t>(
      std::count_if(one.addresses.begin(), one.addresses.end(), is_usable));
  const auto name = escape_html(one.figures.name);
  if (usable == 0) return problem("bad", "No address of upstream " + name + " can be used");
  if (usable == all) return {};
  return problem("warn",
                 fmt::format("{} of {} addresses of upstream {} are out", all - usable, all, name));
}

std::string tile(std::string_view look, const std::string& value, std::string_view what) {
  return fmt::format("<div class=\"tile {}\"><strong>{}</strong><span>{}</span></div>\n", look,
                     value, what);
}

std::string tiles(const server_status& status) {
  const auto& all = status.traffic.all;
  const auto share = [&all](std::uint64_t part) {
    return all.requests == 0 ? 0
                             : 100 * static_cast<double>(part) / static_cast<double>(all.requests);
  };
  const auto* const failing = share(all.failed) > 5 ? "bad" : (all.failed != 0 ? "warn" : "");
  return "<div class=\"tiles\">\n" + tile("", rate_text(all.per_second), "requests a second") +
         tile("", latency_text(all.p99), "99th percentile") +
         tile(failing, fmt::format("{:.2f} %", share(all.failed)), "server errors") +
         tile("", fmt::format("{:.2f} %", share(all.refused)), "refused") +
         tile("", count_text(status.connections.in_flight), "requests under way") +
         tile("", count_text(status.connections.open), "connections open") + "</div>\n";
}

std::string certificates(const config_status& config, core::wall_time now) {
  std::string text =
      "<section><header><h2>Certificates</h2></header>\n<div class=\"wide\"><table><tbody>\n";
  for (const auto& one : config.certificates) {
    text += fmt::format(
        "<tr><td>{}<br><code>{}</code></td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">"
        "<span class=\"pill {}\">{}</span></td></tr>\n",
        escape_html(fmt::format("{}", fmt::join(one.names, ", "))), escape_html(one.file),
        escape_html(one.key), format_time(one.until).substr(0, 10), look_of(one, now),
        left_text(one, now));
  }
  return text + "</tbody></table></div></section>\n";
}

std::string reload_text(const reload_report& last) {
  auto text = format_time(last.at) + (last.taken ? ", taken" : ", refused");
  for (const auto& one : last.problems) text += "<br><code>" + escape_html(one) + "</code>";
  for (const auto& one : last.restart) {
    text += "<br>after a restart: <code>" + escape_html(one) + "</code>";
  }
  return text;
}

std::string configuration(const server_status& status) {
  const auto& config = status.config;
  const bool refused = config.last_reload && !config.last_reload->taken;
  std::string text = "<section><header><h2>Configuration</h2>";
  if (refused) text += "<span class=\"pill bad\">last reload refused</span>";
  text += "</header>\n<table><tbody class=\"facts\">\n";
  text += fact_row("generation", std::to_string(config.generation));
  text += fact_row("in use since", format_time(config.since));
  text += fact_row(
      "reloads", fmt::format("{} taken, {} refused", config.reloads_taken, config.reloads_refused));
  if (config.last_reload) text += fact_row("last reload", reload_text(*config.last_reload));
  std::string listeners;
  for (const auto& one : status.listeners) {
    listeners += "<code>" + escape_html(one) + "</code><br>";
  }
  if (!listeners.empty()) text += fact_row("listens at", listeners);
  return text + "</tbody></table></section>\n";
}

std::string digest_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"OpenSSL has no SHA-256"};
  }
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

}  // namespace

std::string fact_row(std::string_view name, const std::string& value) {
  return fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", name, value);
}

std::string span_text(core::steady_duration length) {
  const auto all = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  if (all < 60) return fmt::format("{:.1f} s", std::chrono::duration<double>{length}.count());
  if (all < 3600) return fmt::format("{} min {} s", all / 60, all % 60);
  if (all < 48 * 3600) return fmt::format("{} h {} min", all / 3600, all / 60 % 60);
  return fmt::format("{} d {} h", all / 86400, all / 3600 % 24);
}

std::string latency_text(double seconds) {
  if (seconds <= 0) return "-";
  if (seconds < 0.001) return fmt::format("{:.0f} &micro;s", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  return fmt::format("{:.3g} s", seconds);
}

std::string rate_text(double per_second) {
  if (per_second <= 0) return "0";
  if (per_second < 0.01) return "&lt; 0.01";
  if (per_second < 10) return fmt::format("{:.2g}", per_second);
  return count_text(static_cast<std::uint64_t>(per_second + 0.5));
}

std::string count_text(std::uint64_t count) {
  auto text = std::to_string(count);
  for (auto at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string problem_items(const server_status& status) {
  std::string text;
  for (const auto& one : status.issuers) {
    if (!one.keys.ready) {
      text += problem("bad", "Tokens of " + escape_html(one.issuer) + " cannot be verified");
    } else if (one.keys.last_error) {
      text += problem("warn", "Keys of " + escape_html(one.issuer) + " could not be fetched anew");
    }
  }
  for (const auto& one : status.upstreams) text += upstream_problem(one);
  for (const auto& one : status.config.certificates) {
    const auto look = look_of(one, status.now);
    if (look == "good") continue;
    text += problem(look, fmt::format("Certificate <code>{}</code>: {}", escape_html(one.file),
                                      left_text(one, status.now)));
  }
  const auto& last = status.config.last_reload;
  if (last && !last->taken) text += problem("warn", "The last reload was refused");
  return text;
}

std::string status_html(const server_status& status) {
  std::string page{head};
  page.append(status_style).append("</style></head><body>\n");
  page += "<div id=\"lost\" role=\"status\">latchkey does not answer: this is how it was</div>\n";
  const auto problems = problem_items(status);
  page += fmt::format(
      "<main>\n<div class=\"top\"><h1>latchkey</h1><span class=\"pill {}\">{}</span>"
      "<p>" LATCHKEY_VERSION ", up {} since {}</p></div>\n",
      problems.empty() ? "good" : "warn", problems.empty() ? "all is well" : "needs attention",
      span_text(status.now - status.started), format_time(status.started));
  if (!problems.empty()) page += "<ul class=\"problems\">\n" + problems + "</ul>\n";
  page += tiles(status) + traffic_section(status.traffic);
  page += "<div class=\"pair\">\n" + refusals_section(status.traffic);
  for (const auto& one : status.upstreams) page += upstream_section(one);
  if (!status.config.certificates.empty()) page += certificates(status.config, status.now);
  page += configuration(status) + "</div>\n";
  for (const auto& one : status.issuers) page += issuer_section(one);
  page.append("</main>\n<script>").append(status_script).append("</script>\n</body></html>\n");
  return page;
}

std::string status_policy() {
  return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" +
         digest_of(status_script) +
         "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace latchkey::app
