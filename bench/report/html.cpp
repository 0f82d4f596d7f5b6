#include "report/html.hpp"

#include "common/page.hpp"
#include "common/text_table.hpp"
#include "load/errc.hpp"
#include "report/chart.hpp"
#include "report/curves.hpp"
#include "report/summary.hpp"

#include <latchkey/http/html.hpp>

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace latchkey::bench::report {
namespace {

using rows = std::vector<std::vector<std::string>>;

std::string count_text(std::uint64_t count) {
  return grouped(static_cast<double>(count));
}

std::string title_of(const run_report& run) {
  return "Load on " + (run.asked.urls.empty() ? std::string{"nothing"} : run.asked.urls.front());
}

std::vector<std::string> notes_of(const run_report& run) {
  std::vector<std::string> notes;
  for (std::size_t i = 1; i < run.asked.urls.size(); ++i) notes.push_back(run.asked.urls[i]);
  notes.push_back(
      run.asked.rate
          ? fmt::format(
                "Open loop, {:g} requests/s: latency counts from when a request should have "
                "been sent, service time from when it was.",
                *run.asked.rate)
          : "Closed loop: latency is blind to queueing, since nothing is sent while an answer is "
            "awaited.");
  auto shape = fmt::format("{}, {} connections, {} threads", run.asked.method,
                           run.asked.connections, run.asked.threads);
  if (!run.asked.keepalive) shape += ", a new connection for each request";
  if (run.asked.resume) shape += ", sessions resumed";
  if (!run.asked.tokens.empty()) shape += "; tokens: " + run.asked.tokens;
  if (!run.asked.mix.empty()) shape += "; " + run.asked.mix;
  notes.push_back(shape + ".");
  notes.push_back(fmt::format("Begun {}, {:.1f} s{}{}.", run.started, run.seconds,
                              run.asked.warmup_seconds > 0 ? fmt::format(" after {:g} s of warm-up",
                                                                         run.asked.warmup_seconds)
                                                           : "",
                              run.stopped ? ", stopped by Ctrl-C" : ""));
  if (!run.tls_version.empty()) notes.push_back(run.tls_version + " " + run.cipher + ".");
  notes.push_back(
      fmt::format("Load client: latchkey-bench {} on {}, {} cores; its busiest thread "
                  "used {:.0f}% of one.",
                  run.on.latchkey, run.on.cpu, run.on.cores, run.own_cpu * 100));
  return notes;
}

std::string tiles_of(const run_report& run) {
  std::string text = "<div class=\"tiles\">\n";
  const auto add = [&text](const std::string& value, const char* name) {
    text += fmt::format("<div><b>{}</b>{}</div>\n", http::escape_html(value), name);
  };
  add(grouped(run.throughput()), "answers a second");
  add(quantile_text(run.latency, 0.5), "median latency");
  add(quantile_text(run.latency, 0.99), "99% within");
  add(quantile_text(run.latency, 0.999), "99.9% within");
  add(quantile_text(run.latency, 1), "slowest");
  add(count_text(run.wrong), "wrong answers");
  add(count_text(run.errors), "without an answer");
  if (run.provider) add(count_text(run.provider->wrongly_refused), "tokens wrongly refused");
  return text + "</div>\n";
}

std::vector<chart::event> events_of(const run_report& run) {
  std::vector<chart::event> all;
  if (!run.provider) return all;
  for (const auto& one : run.provider->events) all.push_back({one.at, one.what});
  return all;
}

chart titled_over_time(const run_report& run, std::string title) {
  chart made;
  made.title = std::move(title);
  made.events = events_of(run);
  return made;
}

chart latency_over_time(const run_report& run) {
  auto made = titled_over_time(run, "Latency over time");
  made.y = chart::unit::duration;
  made.logarithmic = true;
  made.curves = {over_time(run.timeline, "max", "faint", [](const moment& one) { return one.max; }),
                 over_time(run.timeline, "99%", "two", [](const moment& one) { return one.p99; }),
                 over_time(run.timeline, "50%", "one", [](const moment& one) { return one.p50; })};
  return made;
}

chart rate_over_time(const run_report& run) {
  auto made = titled_over_time(run, "Answers a second over time");
  made.curves = {over_time(run.timeline, "answers/s", "one", rate_of)};
  return made;
}

chart trouble_over_time(const run_report& run) {
  auto made = titled_over_time(run, "Wrong answers and requests without an answer, a second");
  const auto rate = [](std::uint64_t count, const moment& one) {
    return static_cast<double>(count) / one.length;
  };
  made.curves = {over_time(run.timeline, "wrong/s", "two",
                           [rate](const moment& one) { return rate(one.wrong, one); }),
                 over_time(run.timeline, "without/s", "bad",
                           [rate](const moment& one) { return rate(one.errors, one); }),
                 over_time(run.timeline, "valid, refused/s", "three",
                           [rate](const moment& one) { return rate(one.refused, one); })};
  return made;
}

chart fetches_over_time(const run_report& run) {
  auto made = titled_over_time(run, "Key sets the provider was asked for");
  made.curves = {over_time(run.timeline, "fetches", "three", [](const moment& one) {
    return static_cast<double>(one.fetches.value_or(0));
  })};
  return made;
}

chart percentile_curves(const run_report& run) {
  chart made;
  made.title = "Latency by percentile";
  made.x = chart::over::shares;
  made.y = chart::unit::duration;
  made.logarithmic = true;
  made.curves = {{"latency", "one", curve_of(run.latency)}};
  if (run.asked.rate) made.curves.push_back({"service time", "two", curve_of(run.service)});
  return made;
}

std::string charts_of(const run_report& run) {
  std::string text = "<div class=\"charts\">\n";
  text += svg_of(latency_over_time(run)) + svg_of(percentile_curves(run));
  text += svg_of(rate_over_time(run)) + svg_of(trouble_over_time(run));
  if (run.provider) text += svg_of(fetches_over_time(run));
  return text + "</div>\n";
}

rows percentile_rows(const run_report& run) {
  rows all{{"", "latency", "service time"}};
  for (const auto& one : percentiles) {
    all.push_back(
        {one.title, quantile_text(run.latency, one.share), quantile_text(run.service, one.share)});
  }
  return all;
}

rows phase_rows(const run_report& run) {
  rows all{{"", "count", "50%", "99%", "max"}};
  const auto add = [&all](const char* name, const load::histogram& of) {
    if (of.count() == 0) return;
    all.push_back({name, count_text(of.count()), quantile_text(of, 0.5), quantile_text(of, 0.99),
                   quantile_text(of, 1)});
  };
  add("connect", run.connect);
  add("TLS handshake", run.tls);
  add("first byte", run.first_byte);
  if (run.asked.rate) add("sent later than intended", run.pacing);
  return all;
}

rows kind_rows(const run_report& run) {
  rows all{{"tokens", "expected", "sent", "right", "wrong"}};
  for (const auto& one : run.kinds) {
    std::string wrong;
    for (const auto& [status, count] : one.wrong) {
      wrong += fmt::format("{}{} x {}", wrong.empty() ? "" : ", ", count_text(count), status);
    }
    all.push_back({one.kind, one.expected, count_text(one.sent), count_text(one.right),
                   wrong.empty() ? "-" : wrong});
  }
  return all;
}

rows status_rows(const run_report& run) {
  rows all{{"answer", "count"}};
  for (const auto& [status, count] : run.statuses) {
    all.push_back({std::to_string(status), count_text(count)});
  }
  for (const auto& [kind, count] : run.error_kinds) {
    const auto* whose = load::is_our_own(kind) ? " (a limit of the load client's machine)" : "";
    all.push_back({kind + whose, count_text(count)});
  }
  return all;
}

rows count_rows(const run_report& run) {
  rows all{
      {"", ""},
      {"requests sent", count_text(run.sent)},
      {"answers", count_text(run.answered)},
      {"bytes sent, received", count_text(run.bytes_sent) + ", " + count_text(run.bytes_received)},
      {"connections made", count_text(run.connects)}};
  if (run.asked.rate) {
    all.push_back({"sent late, never sent", count_text(run.late) + ", " + count_text(run.dropped)});
  }
  if (run.ended_idle > 0) {
    all.push_back({"connections ended by the server while idle, requests sent again",
                   count_text(run.ended_idle) + ", " + count_text(run.repeated)});
  }
  if (run.handshakes > 0) {
    all.push_back({"handshakes, of them resumed",
                   count_text(run.handshakes) + ", " + count_text(run.resumed)});
  }
  if (run.provider) {
    all.push_back({"key sets the provider was asked for", count_text(run.provider->fetches)});
  }
  return all;
}

rows event_rows(const run_report& run) {
  rows all{{"what the provider did", "at", "in the curves"}};
  std::size_t number = 0;
  for (const auto& one : run.provider->events) {
    all.push_back({one.what, fmt::format("{:.1f} s", one.at), std::to_string(++number)});
  }
  return all;
}

}  // namespace

std::string to_html(const run_report& run) {
  auto text = page_begin(title_of(run));
  if (run.bottleneck) {
    text +=
        "<p class=\"warning\">The load client was too busy: these figures are its own, not the "
        "server's.</p>\n";
  }
  text += tiles_of(run) + charts_of(run);
  if (run.provider) text += titled_table("The provider", event_rows(run));
  text += titled_table("Percentiles", percentile_rows(run));
  text += titled_table("Tokens, and the answers to them", kind_rows(run));
  text += titled_table("Answers and failures", status_rows(run));
  text += titled_table("Phases", phase_rows(run));
  text += titled_table("Counts", count_rows(run));
  text += "<h2>How it was measured</h2>\n" + notes_list(notes_of(run));
  return text + page_end();
}

}  // namespace latchkey::bench::report
