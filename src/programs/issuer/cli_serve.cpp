#include "issuer/cli_serve.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace latchkey::issuer {
namespace {

void read_faults(const std::vector<std::string>& texts, serve_options& options) {
  for (const auto& one : texts) {
    std::string why;
    auto wanted = parse_fault_option(one, why);
    if (!wanted) throw CLI::ValidationError{"--fault", why};
    options.faults.push_back(std::move(*wanted));
  }
}

std::string described_kinds() {
  std::string text;
  for (const auto& one : fault_kinds()) {
    constexpr std::size_t width = 15;
    text.append("  ").append(one.name).append(width - std::min(width, one.name.size()), ' ');
    text.append(one.description).append("\n");
  }
  return text;
}

}  // namespace

void add_serve(CLI::App& program, chosen& command) {
  auto* added = program.add_subcommand("serve", "Run the issuer");
  added->footer(
      "Examples:\n"
      "  latchkey-issuer serve\n"
      "  latchkey-issuer serve --listen 127.0.0.1:0 --key dev/issuer.pem --lifetime 5m\n"
      "  latchkey-issuer serve --redirect-uri https://localhost:9443/docs/oauth2-redirect\n"
      "  latchkey-issuer serve --fault unavailable,retry_after=30\n"
      "  latchkey-issuer serve --fault slow,delay_ms=3000,document=configuration\n"
      "  latchkey-issuer serve --control 127.0.0.1:9401 --cache-control max-age=60\n"
      "    then: curl -d '{\"kind\":\"refuse\"}' http://127.0.0.1:9401/control/fail\n"
      "It prints the lines `control on URL` and, once it answers, `listening on URL`. SIGTERM and\n"
      "SIGINT end it.\n"
      "Kinds of faults:\n" +
      described_kinds());
  const auto options = std::make_shared<serve_options>();
  const auto lifetime = std::make_shared<std::string>("1h");
  auto& wanted = options->wanted;
  wanted.issuer.clear();
  wanted.url.clear();
  added->add_option("--listen", options->listen, "Address and port; port 0 takes a free one")
      ->capture_default_str();
  added
      ->add_option("--control", options->control,
                   "Loopback address and port for the controls alone, which no fault reaches")
      ->capture_default_str();
  added
      ->add_option_function<std::vector<std::string>>(
          "--fault",
          [options](const std::vector<std::string>& texts) { read_faults(texts, *options); },
          "A fault to show from the start, as kinds are listed below, with members as the control "
          "endpoint takes them; may be given again for another document")
      ->allow_extra_args(false)
      ->type_name("KIND[,NAME=VALUE...]");
  added->add_option("--cache-control", wanted.cache_control, "Of the key set (default: none)")
      ->type_name("VALUE");
  added->add_option("--issuer", wanted.issuer, "What tokens name as iss (default: its own URL)")
      ->type_name("URL");
  added->add_option("--url", wanted.url, "Where it is reached (default: where it listens)")
      ->type_name("URL");
  added->add_option("--audience", wanted.audience, "What tokens name as aud")
      ->capture_default_str();
  added->add_option("--lifetime", *lifetime, "Of an access token")->capture_default_str();
  added->add_option("--client-id", wanted.client_id, "The client of the docs page")
      ->capture_default_str();
  added
      ->add_option("--redirect-uri", wanted.redirect_uris,
                   "Where that client may return to; may be given again (default: the docs page "
                   "on port 8443 of this machine)")
      ->allow_extra_args(false)
      ->type_name("URL");
  added->add_option("--service-id", wanted.service_id, "The client of programs")
      ->capture_default_str();
  added->add_option("--service-secret", wanted.service_secret, "Its secret")->capture_default_str();
  added
      ->add_option("--key", options->key,
                   "PEM file of the signing key, made where it does not exist (default: a new key "
                   "for every run)")
      ->type_name("FILE");
  auto* certificate =
      added->add_option("--tls-certificate", options->tls_certificate, "PEM; serves https")
          ->check(CLI::ExistingFile)
          ->type_name("FILE");
  auto* key = added->add_option("--tls-key", options->tls_key, "PEM, the key of the certificate")
                  ->check(CLI::ExistingFile)
                  ->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  added->callback([&command, options, lifetime] {
    options->wanted.lifetime = seconds_or_refuse("--lifetime", *lifetime);
    command = [options](const command_env& env) { return env.serve(*options); };
  });
}

}  // namespace latchkey::issuer
