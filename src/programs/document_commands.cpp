#include "document_commands.hpp"

#include "completion.hpp"
#include "manual_page.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>

namespace latchkey::programs {
namespace {

shell shell_named(const std::string& name) {
  return name == "bash" ? shell::bash : name == "zsh" ? shell::zsh : shell::fish;
}

}  // namespace

void add_document_commands(CLI::App& program, std::string version,
                           const std::function<void(std::function<std::string()>)>& choose) {
  const auto& name = program.get_name();
  auto* completion =
      program.add_subcommand("completion", "Print what makes a shell complete this command line");
  completion->footer(
      "Examples:\n"
      "  . <(" +
      name +
      " completion bash)\n"
      "  " +
      name + " completion zsh > /usr/local/share/zsh/site-functions/_" + name +
      "\n"
      "  " +
      name + " completion fish > ~/.config/fish/completions/" + name + ".fish");
  const auto of = std::make_shared<std::string>();
  completion->add_option("shell", *of, "The shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&program, choose, of] {
    choose([&program, of] { return completion_script(outline_of(program), shell_named(*of)); });
  });
  auto* manual = program.add_subcommand("manual-page", "Print all of this help as a page for man");
  manual->footer(
      "Example:\n"
      "  " +
      name + " manual-page | man -l -");
  manual->callback([&program, choose, version = std::move(version)] {
    choose([&program, version] { return manual_page(outline_of(program), version); });
  });
}

}  // namespace latchkey::programs
