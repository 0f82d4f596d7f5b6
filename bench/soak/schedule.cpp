#include "soak/schedule.hpp"

#include "soak/terms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

namespace latchkey::bench::soak {
namespace {

using random = std::mt19937_64;

struct range {
  milliseconds least;
  milliseconds most;
};

struct lane_plan {
  lane of;
  std::vector<std::string_view> kinds;
  range gap;     // from the end of one to the next, in a run of a minute and more
  range length;  // of those that have one
  milliseconds least_gap;
  bool overlaps = false;
};

constexpr milliseconds none{0};

const std::vector<lane_plan>& plans() {
  static const std::vector<lane_plan> all{
      {lane::keys,
       {"rotate", "publish-first", "remove", "rotate", "revoke"},
       {milliseconds{2'500}, milliseconds{9'000}},
       {none, none},
       milliseconds{800}},
      // What makes a fetch fail, whatever is at hand. Between two there is time to recover, and to
      // renew the keys.
      {lane::provider,
       {"refuse", "silence", "error", "unavailable", "reset", "truncated", "html", "drip-body",
        "not-found", "no-keys"},
       {milliseconds{7'000}, milliseconds{20'000}},
       {milliseconds{1'000}, milliseconds{11'000}},
       key_recovery + max_age},
      {lane::upstream,
       {"refuse", "silence", "reset", "garbage", "cut-off", "error"},
       {milliseconds{4'000}, milliseconds{15'000}},
       {milliseconds{300}, milliseconds{3'000}},
       milliseconds{1'500}},
      {lane::reload,
       {"routes", "not-toml", "limits", "unknown-key", "certificate", "missing-file"},
       {milliseconds{2'500}, milliseconds{8'000}},
       {none, none},
       milliseconds{700}},
      {lane::clients,
       {"half-handshake", "slow-head", "slow-body", "slow-read", "resets"},
       {milliseconds{1'000}, milliseconds{5'000}},
       {milliseconds{2'000}, milliseconds{6'000}},
       milliseconds{500}},
      {lane::tunnels,
       {"lasting", "ending"},
       {milliseconds{1'000}, milliseconds{4'000}},
       {milliseconds{3'000}, milliseconds{20'000}},
       milliseconds{500},
       true},
  };
  return all;
}

// std::uniform_int_distribution may draw otherwise elsewhere.
milliseconds draw(random& from, range in) {
  const auto width = static_cast<std::uint64_t>((in.most - in.least).count()) + 1;
  return in.least + milliseconds{static_cast<std::int64_t>(from() % width)};
}

// Gives all kinds in some order, then again in another.
class turns {
 public:
  explicit turns(std::vector<std::string_view> kinds) : kinds_{std::move(kinds)} {}

  std::string_view next(random& from) {
    if (at_ == 0) {
      for (auto left = kinds_.size(); left > 1; --left) {
        std::swap(kinds_[left - 1], kinds_[from() % left]);
      }
    }
    const auto kind = kinds_[at_];
    at_ = (at_ + 1) % kinds_.size();
    return kind;
  }

 private:
  std::vector<std::string_view> kinds_;
  std::size_t at_ = 0;
};

void plan(const lane_plan& with, std::uint64_t seed, milliseconds duration,
          std::vector<event>& all) {
  constexpr milliseconds minute{60'000};
  const auto last = duration - std::min(milliseconds{5'000}, duration / 5);
  const auto squeezed = [&](milliseconds gap) {
    return std::max(with.least_gap, duration < minute ? gap * duration.count() / 60'000 : gap);
  };
  const range lengths{std::min(with.length.least, duration / 10),
                      std::min(with.length.most, duration / 4)};
  std::seed_seq seeds{seed & 0xFFFF'FFFFU, seed >> 32U, static_cast<std::uint64_t>(with.of)};
  random from{seeds};
  turns kinds{with.kinds};
  auto at = squeezed(draw(from, with.gap)) / 2;
  for (;;) {
    event made{at, with.of, kinds.next(from), draw(from, lengths)};
    const auto gap = squeezed(draw(from, with.gap));
    if (made.at + made.length > last) break;
    all.push_back(made);
    at += gap + (with.overlaps ? none : made.length);
  }
}

}  // namespace

std::string_view name_of(lane one) {
  constexpr std::array<std::string_view, 6> names{"keys",   "provider", "upstream",
                                                  "reload", "clients",  "tunnels"};
  return names.at(static_cast<std::size_t>(one));
}

std::vector<std::string_view> kinds_of(lane one) {
  for (const auto& with : plans()) {
    if (with.of == one) return with.kinds;
  }
  return {};
}

std::vector<event> make_schedule(std::uint64_t seed, std::chrono::seconds duration) {
  std::vector<event> all;
  for (const auto& with : plans()) plan(with, seed, duration, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const event& a, const event& b) { return a.at < b.at; });
  return all;
}

std::string text_of(const std::vector<event>& all) {
  std::string text;
  for (const auto& one : all) {
    text += fmt::format("{:9.3f} s  {:<9} {}", static_cast<double>(one.at.count()) / 1000,
                        name_of(one.of), one.what);
    if (one.length > none) {
      text += fmt::format(" for {:.1f} s", static_cast<double>(one.length.count()) / 1000);
    }
    text += '\n';
  }
  return text;
}

}  // namespace latchkey::bench::soak
