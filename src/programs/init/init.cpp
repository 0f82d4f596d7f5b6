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
#include <utility>

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

void write_certificate(const certificate_files& files, bool force) {
  constexpr std::chrono::days lifetime{365};
  issuer::certificate_options options;
  options.subject = "localhost";
  options.names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  options.not_before = -std::chrono::hours{1};
  options.not_after = lifetime;
  const auto made = issuer::make_certificate(options);
  const auto how = force ? when_there::replace : when_there::refuse;
  for (const auto& file : {files.key, files.certificate}) {
    // What is wrong with it is said of the file.
    std::error_code ignored;
    if (file.has_parent_path()) fs::create_directories(file.parent_path(), ignored);
  }
  write_whole(files.key, made.key_pem(), 0600, how);
  write_whole(files.certificate, made.certificate_pem(), 0644, how);
}

// True where there is one then.
void make_certificate(const init_options& options, const command_env& env) {
  const certificate_files files{beside_output(options, options.with.certificate),
                                beside_output(options, options.with.private_key)};
  if (files.certificate.lexically_normal() == files.key.lexically_normal()) {
    throw std::runtime_error{files.key.string() +
                             " cannot be both: the certificate and its key are two files"};
  }
  std::error_code unknown;
  const bool there = fs::exists(files.certificate, unknown) && fs::exists(files.key, unknown);
  auto& told = options.output.empty() && !options.provider.empty() ? env.err : env.out;
  if (there && !options.force && !options.provider.empty()) {
    told << files.certificate.string() << ": kept, with " << files.key.string() << '\n';
    return;
  }
  write_certificate(files, options.force);
  told << files.certificate.string()
       << ": a certificate for development, for localhost alone, with " << files.key.string()
       << '\n';
}

int write_configuration(const init_options& options, const std::string& text,
                        const command_env& env) {
  if (options.output.empty()) {
    env.out << text;
    return programs::exit_ok;
  }
  const auto file = options.output.string();
  write_whole(options.output, text, 0644, options.force ? when_there::replace : when_there::refuse);
  env.out << file << ": written. Next: latchkey doctor --config " << file << '\n';
  return programs::exit_ok;
}

int write_all(const init_options& options, const std::string& text, const command_env& env) {
  try {
    if (!text.empty()) write_configuration(options, text, env);
    if (options.certificate) make_certificate(options, env);
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
