#include "cli/commands.hpp"
#include "common/output_file.hpp"
#include "common/text_file.hpp"
#include "report/versus.hpp"
#include "report/versus_limits.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>
#include <stdexcept>

namespace latchkey::bench {
namespace {

constexpr std::size_t max_report = std::size_t{64} << 20;

struct report_arguments {
  std::string a;
  std::string b;
  std::string html;
  std::vector<std::string> fail_if;
  std::vector<report::relative_limit> limits;
};

report::saved_run read_file(const std::string& path) {
  return report::read_saved(read_text_file(path, max_report), path);
}

}  // namespace

void add_report(CLI::App& program, command_fn& chosen) {
  auto* added = program.add_subcommand("report", "Two runs of load, saved with --json, compared");
  added->footer(
      "Examples:\n"
      "  latchkey-bench load https://localhost:8443/openapi.json --ca cert.pem --json > A.json\n"
      "  latchkey-bench report A.json B.json\n"
      "  latchkey-bench report A.json B.json --html versus.html\n"
      "  latchkey-bench report A.json B.json --fail-if 'p99>1.2x' --fail-if 'errors>0'\n"
      "Exit status: 0 compared, 1 a file that is no report, 2 wrong usage, 3 a --fail-if holds.");
  const auto asked = std::make_shared<report_arguments>();
  added->add_option("A", asked->a, "What load --json printed")->required()->type_name("FILE");
  added->add_option("B", asked->b, "The same of another run")->required()->type_name("FILE");
  added->add_option("--html", asked->html, "Write the comparison as a page, too")
      ->type_name("FILE");
  added
      ->add_option(
          "--fail-if", asked->fail_if,
          "'p99>1.2x', 'throughput<0.9x': B beside A; 'errors>0': of B alone; exit with 3; "
          "may be given again")
      ->allow_extra_args(false);
  added->callback([asked, &chosen] {
    for (const auto& one : asked->fail_if) {
      try {
        asked->limits.push_back(report::parse_relative_limit(one));
      } catch (const std::invalid_argument& wrong) {
        throw CLI::ValidationError{"--fail-if", wrong.what()};
      }
    }
    chosen = [asked](const cli_env& with) {
      const auto a = read_file(asked->a);
      const auto b = read_file(asked->b);
      output_file page{asked->html};
      with.out << report::versus_text(a, b);
      if (page.wanted()) page.write(report::versus_html(a, b));
      const auto crossed = report::crossed(a, b, asked->limits);
      for (const auto& one : crossed) with.err << "latchkey-bench: " << one << '\n';
      return crossed.empty() ? exit_ok : exit_crossed;
    };
  });
}

}  // namespace latchkey::bench
