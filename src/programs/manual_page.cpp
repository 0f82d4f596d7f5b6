#include "manual_page.hpp"

namespace latchkey::programs {
namespace {

// As it stands: troff takes a backslash, a hyphen, an accent and what begins a line for its own.
std::string plain(std::string_view text) {
  std::string made;
  bool begins = true;
  for (const char one : text) {
    if (begins && (one == '.' || one == '\'')) made += "\\&";
    begins = one == '\n';
    switch (one) {
      case '\\':
        made += "\\e";
        break;
      case '-':
        made += "\\-";
        break;
      case '\'':
        made += "\\(aq";
        break;
      case '`':
        made += "\\(ga";
        break;
      case '^':
        made += "\\(ha";
        break;
      case '~':
        made += "\\(ti";
        break;
      default:
        made += one;
    }
  }
  return made;
}

std::string upper(std::string text) {
  for (auto& one : text) {
    if (one >= 'a' && one <= 'z') one = static_cast<char>(one - 'a' + 'A');
  }
  return text;
}

void write_options(std::string& out, const std::vector<option_outline>& options) {
  for (const auto& one : options) {
    out += ".TP\n.B " + plain(one.signature) + '\n' + plain(one.text) + '\n';
  }
}

// The lines as they are: they are examples, and tables of words.
void write_footer(std::string& out, const std::string& footer) {
  if (footer.empty()) return;
  out += ".PP\n.nf\n" + plain(footer) + (footer.ends_with('\n') ? ".fi\n" : "\n.fi\n");
}

// `path` is the words that call it.
void write_command(std::string& out, const command_outline& command, const std::string& path) {
  out += ".SS " + plain(path) + '\n' + plain(command.text) + ".\n.PP\n.B " + plain(path) + "\n" +
         plain(command.usage) + '\n';
  write_options(out, command.positionals);
  write_options(out, command.options);
  write_footer(out, command.footer);
  for (const auto& one : command.commands) write_command(out, one, path + ' ' + one.name);
}

}  // namespace

std::string manual_page(const command_outline& program, std::string_view version) {
  const auto name = plain(program.name);
  // What the program is, in one line: the first sentence of it.
  const auto what = program.text.substr(0, program.text.find(". "));
  std::string out = ".TH " + upper(name) + " 1 \"\" \"latchkey " + std::string{version} +
                    "\" \"User Commands\"\n.SH NAME\n" + name + " \\- " + plain(what) +
                    "\n.SH SYNOPSIS\n.B " + name + '\n' + plain(program.usage) +
                    "\n.SH DESCRIPTION\n" + plain(program.text) +
                    (program.text.ends_with('.') ? "\n" : ".\n") + ".SH OPTIONS\n";
  write_options(out, program.positionals);
  write_options(out, program.options);
  out += ".SH COMMANDS\n";
  for (const auto& one : program.commands) {
    write_command(out, one, program.name + ' ' + one.name);
  }
  out += ".SH NOTES\n";
  write_footer(out, program.footer);
  return out;
}

}  // namespace latchkey::programs
