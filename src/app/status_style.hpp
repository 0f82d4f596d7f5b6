// The style of the status page and the script that keeps it fresh: all that it has beside its
// figures. Not for what it says: status_html.
#pragma once

#include <string_view>

namespace latchkey::app {

inline constexpr std::string_view status_style = R"(
:root { color-scheme: light dark;
  --page: #f4f5f7; --card: #fff; --ink: #1b1f27; --soft: #626b7a; --line: #e3e6eb; --fill: #eef0f4;
  --accent: #2f6fed; --wash: #2f6fed1f; --good: #1a7f4b; --warn: #96650a; --bad: #c62f3b;
  --good-wash: #1a7f4b1a; --warn-wash: #96650a1f; --bad-wash: #c62f3b1a; }
@media (prefers-color-scheme: dark) { :root {
  --page: #0f1217; --card: #171b22; --ink: #e6e9ef; --soft: #97a1b1; --line: #272d38; --fill: #20262f;
  --accent: #6f9dff; --wash: #6f9dff2b; --good: #57c98d; --warn: #e0aa4c; --bad: #ff7b80;
  --good-wash: #57c98d24; --warn-wash: #e0aa4c24; --bad-wash: #ff7b8024; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.6rem 1.4rem 3rem; }
h1 { font-size: 1.45rem; letter-spacing: -.01em; margin: 0; }
h2 { font-size: .98rem; margin: 0; overflow-wrap: anywhere; }
.top { display: flex; flex-wrap: wrap; gap: .3rem .9rem; align-items: center; }
.top p { margin: 0; color: var(--soft); flex: 1 1 auto; }
.pill { display: inline-block; padding: .05rem .65rem; border-radius: 1rem; font-size: .82rem;
  font-weight: 600; white-space: nowrap; background: var(--fill); color: var(--soft); }
.good { background: var(--good-wash); color: var(--good); }
.warn { background: var(--warn-wash); color: var(--warn); }
.bad { background: var(--bad-wash); color: var(--bad); }
.problems { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; gap: .4rem; }
.problems li { padding: .5rem .9rem; border-radius: 8px; font-weight: 500; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .8rem;
  margin: 1.2rem 0 .8rem; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.tile { padding: .8rem 1rem; }
.tile strong { display: block; font-size: 1.5rem; line-height: 1.25; font-weight: 650;
  font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile span { color: var(--soft); font-size: .82rem; }
.tile.bad, .tile.warn { background: var(--card); }
.tile.bad strong { color: var(--bad); } .tile.warn strong { color: var(--warn); }
section { padding: 1rem 1.2rem; margin: .8rem 0; }
section > header { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; }
section > header small { color: var(--soft); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: .8rem; }
.pair > section { margin: 0; }
.graph { display: block; width: 100%; height: 5.5rem; margin: .7rem 0 .2rem; }
.graph path { vector-effect: non-scaling-stroke; }
.graph .line { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; }
.graph .area { fill: var(--wash); }
.scale { display: flex; justify-content: space-between; color: var(--soft); font-size: .78rem; }
.wide { overflow-x: auto; }
.wide td:first-child { min-width: 9rem; } .wide td + td { overflow-wrap: normal; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; margin-top: .6rem; }
th, td { text-align: left; vertical-align: top; padding: .34rem .9rem .34rem 0;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 500; color: var(--soft); }
thead th { border-top: 0; font-size: .8rem; white-space: nowrap; }
tbody.facts th { width: 11rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.n:last-child, td.n:last-child { padding-right: 0; }
.zero { color: var(--soft); opacity: .6; }
td.badly { color: var(--bad); font-weight: 600; }
.bar { position: relative; height: .45rem; border-radius: 1rem; background: var(--fill); min-width: 5rem;
  margin-top: .5rem; overflow: hidden; }
.bar i { position: absolute; inset: 0 auto 0 0; border-radius: 1rem; background: var(--accent); }
.none { color: var(--soft); margin: .6rem 0 0; }
code { background: var(--fill); padding: .08rem .35rem; border-radius: 5px;
  font: .86em ui-monospace, "Liberation Mono", Menlo, monospace; }
#lost { display: none; position: sticky; top: 0; z-index: 1; padding: .5rem 1rem; text-align: center;
  background: var(--bad); color: var(--card); font-weight: 600; }
.lost #lost { display: block; } .lost main { opacity: .55; }
@media (max-width: 34rem) { main { padding: 1rem .8rem 2rem; } tbody.facts th { width: 7.5rem; }
  section { padding: .8rem .9rem; } .wide { font-size: .86rem; }
  .wide th, .wide td { padding-right: .55rem; } .wide td:first-child { min-width: 6.5rem; } }
)";

// Puts what is new in the place of what is shown, so that the place in the page stays; not while
// somebody selects a piece of it, nor where nobody looks.
inline constexpr std::string_view status_script = R"(
const refresh = async () => {
  if (document.hidden || !getSelection().isCollapsed) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const { scrollX, scrollY } = window;
    document.querySelector("main").replaceWith(next.querySelector("main"));
    scrollTo(scrollX, scrollY);
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
};
setInterval(refresh, 5000);
document.addEventListener("visibilitychange", refresh);
)";

}  // namespace latchkey::app
