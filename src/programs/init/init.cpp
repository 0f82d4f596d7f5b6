#include "init.hpp"

#include "issuer/certificate.hpp"
#include "latchkey/show.hpp"
#include "new_file.hpp"

#include <latchkey/app/config_load.hpp>

#include <chrono>
#include <istream>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::init {
namespace {

namespace fs = std::filesystem;
using programs::command_env;

// Nothing at the end of the input.
std::optional<std::string> ask(const std::string& what, const command_env& env) {
  env.err << what << ": " << std::flush;
  std::string text;
  if (!std::getline(env.in, text)) return std::nullopt;
  return text;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream words{text};
  std::vector<std::string> all;
  for (std::string one; words >> one;) all.push_back(one);
  return all;
}

bool ask_all(const form& of, answers& given, const command_env& env) {
  for (const auto& one : missing(of, given)) {
    std::vector<std::string> values;
    while (values.empty()) {
      const auto text = ask(std::string{one.ask} + (one.several ? ", with spaces between" : "") +
                                ", like " + std::string{one.example},
                            env);
      if (!text) return false;
      values = words_of(*text);
      if (!one.several && values.size() > 1) values.clear();
    }
    given[std::string{one.flag}] = std::move(values);
  }
  return true;
}

void list_missing(const form& of, const answers& given, const command_env& env) {
  env.err << "latchkey init --provider " << of.provider << " needs more:\n";
  for (const auto& one : missing(of, given)) {
    env.err << "  " << one.flag << "  " << one.ask << ", like " << one.example
            << (one.several ? "; may be given again" : "") << '\n';
  }
}

const form* find_provider(std::string& name, const command_env& env) {
  if (name.empty() && env.terminal) name = ask("Provider (" + form_names() + ")", env).value_or("");
  const auto* const found = find_form(name);
  if (found == nullptr) {
    env.err << (name.empty() ? "--provider is missing" : programs::shown(name) + " is no provider")
            << "; expected one of: " << form_names() << '\n';
  }
  return found;
}

// What is written always passes check-config, but for the files it names.
bool is_valid(const std::string& text, const command_env& env) {
  const auto loaded = app::parse_config(text, {"the configuration", {}, {}, false, {}});
  if (loaded) return true;
  env.err << "these answers make no valid configuration:\n";
  for (const auto& one : loaded.error()) env.err << "  " << one.key << ": " << one.message << '\n';
  return false;
}

fs::path beside_output(const init_options& options, const std::string& file) {
  return options.output.empty() ? fs::path{file} : options.output.parent_path() / file;
}

struct certificate_files {
  fs::path certificate;
  fs::path key;
};

certificate_files certificate_files_of(const init_options& options) {
  certificate_files files{beside_output(options, options.with.certificate),
                          beside_output(options, options.with.private_key)};
  if (files.certificate.lexically_normal() == files.key.lexically_normal()) {
    throw std::runtime_error{files.key.string() +
                             " cannot be both: the certificate and its key are two files"};
  }
  return files;
}

// True where both are there and stay. Throws where one of the two is, which a new one would not
// belong to.
bool keeps_certificate(const init_options& options, const certificate_files& files) {
  if (options.force) return false;
  std::error_code unknown;
  const bool has_certificate = fs::exists(files.certificate, unknown);
  const bool has_key = fs::exists(files.key, unknown);
  if (has_certificate != has_key) {
    const auto& there = has_key ? files.key : files.certificate;
    const auto& other = has_key ? files.certificate : files.key;
    throw std::runtime_error{there.string() + " exists, but not " + other.string() +
                             ": correct the path that is wrong (--certificate, --private-key), or "
                             "move that file away"};
  }
  return has_key && !options.provider.empty();
}

void add_certificate(const certificate_files& files, std::vector<new_file>& to) {
  constexpr std::chrono::days lifetime{365};
  issuer::certificate_options options;
  options.subject = "localhost";
  options.names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  options.not_before = -std::chrono::hours{1};
  options.not_after = lifetime;
  const auto made = issuer::make_certificate(options);
  to.push_back({files.key, made.key_pem(), 0600, true});
  to.push_back({files.certificate, made.certificate_pem(), 0644, true});
}

// Adds the certificate to what is written; what is said of it then.
std::string plan_certificate(const init_options& options, std::vector<new_file>& to) {
  const auto files = certificate_files_of(options);
  const auto name = files.certificate.string();
  if (keeps_certificate(options, files)) {
    return name + ": kept, with " + files.key.string() + '\n';
  }
  add_certificate(files, to);
  return name + ": a certificate for development, for localhost alone, with " + files.key.string() +
         '\n';
}

int write_all(const init_options& options, const std::string& text, const command_env& env) {
  const bool has_output = !options.output.empty();
  try {
    std::vector<new_file> all;
    std::string of_certificate;
    if (options.certificate) of_certificate = plan_certificate(options, all);
    if (has_output && !text.empty()) all.push_back({options.output, text});
    write_files(all, options.force ? when_there::replace : when_there::refuse);
    const auto file = options.output.string();
    if (!text.empty()) {
      env.out << (has_output ? file + ": written. Next: latchkey doctor --config " + file + '\n'
                             : text);
    }
    (text.empty() || has_output ? env.out : env.err) << of_certificate;
    return programs::exit_ok;
  } catch (const std::runtime_error& refused) {
    env.err << refused.what() << '\n';
    return programs::exit_refused;
  }
}

}  // namespace

int run_init(init_options options, const command_env& env) {
  if (options.provider.empty() && options.certificate && options.given.empty()) {
    return write_all(options, {}, env);
  }
  const auto* const of = find_provider(options.provider, env);
  if (of == nullptr) return programs::exit_usage;
  if (env.terminal ? !ask_all(*of, options.given, env) : !missing(*of, options.given).empty()) {
    list_missing(*of, options.given, env);
    return programs::exit_usage;
  }
  std::string text;
  try {
    text = configuration_text(*of, completed(*of, options.given), options.with);
  } catch (const std::invalid_argument& refused) {
    env.err << refused.what() << '\n';
    return programs::exit_usage;
  }
  if (!is_valid(text, env)) return programs::exit_usage;
  return write_all(options, text, env);
}

}  // namespace latchkey::init
