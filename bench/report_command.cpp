#include "report_command.hpp"

#include "common/output_file.hpp"
#include "report/versus.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <memory>
#include <ostream>
#include <stdexcept>

namespace latchkey::bench {
namespace {

struct given {
  std::string a;
  std::string b;
  std::string html;
};

report::saved_run read_file(const std::string& path) {
  constexpr std::size_t most = 64 << 20;
  std::ifstream in{path, std::ios::binary};
  std::string text;
  for (char piece[65536]; in.read(piece, sizeof piece) || in.gcount() > 0;) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
    if (text.size() > most) throw std::runtime_error{path + ": is larger than any report"};
  }
  if (!in.eof()) throw std::runtime_error{path + ": cannot be read"};
  return report::read_saved(text, path);
}

}  // namespace

void add_report(CLI::App& program, std::function<int(const surroundings&)>& command) {
  auto* added = program.add_subcommand("report", "Two runs of load, saved with --json, compared");
  added->footer(
      "Examples:\n"
      "  latchkey-bench load https://localhost:8443/openapi.json --ca cert.pem --json > A.json\n"
      "  latchkey-bench report A.json B.json\n"
      "  latchkey-bench report A.json B.json --html versus.html\n"
      "Exit status: 0 compared, 1 a file that is no report, 2 wrong usage.");
  const auto asked = std::make_shared<given>();
  added->add_option("A", asked->a, "What load --json printed")->required()->type_name("FILE");
  added->add_option("B", asked->b, "The same of another run")->required()->type_name("FILE");
  added->add_option("--html", asked->html, "Write the comparison as a page, too")
      ->type_name("FILE");
  added->callback([asked, &command] {
    command = [asked](const surroundings& with) {
      const auto a = read_file(asked->a);
      const auto b = read_file(asked->b);
      output_file page{asked->html};
      with.out << report::versus_text(a, b);
      if (page.wanted()) page.write(report::versus_html(a, b));
      return exit_ok;
    };
  });
}

}  // namespace latchkey::bench
