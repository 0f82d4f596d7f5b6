#include "reloader.hpp"

#include "sandbox.hpp"

#include <latchkey/app/loaded_files.hpp>
#include <latchkey/app/log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <malloc.h>
#include <utility>

namespace latchkey::programs {
namespace {

using app::log_level;

// How often the files are looked at. A change counts once it has lasted from one look to the next:
// who writes a file in pieces is not met in the middle.
constexpr std::chrono::milliseconds look_pause{300};
constexpr std::chrono::seconds release_pause{1};
// For the first keys of an issuer that is new: without them its tokens would wait.
constexpr std::chrono::seconds first_keys{2};
constexpr std::chrono::milliseconds first_keys_pause{20};
constexpr std::chrono::hours certificate_pause{12};
// Beside the one that is being done. Each may hold a connection of the admin listener, where probes
// need theirs.
constexpr std::size_t max_waiting = 4;

// What a reload works with on its own thread, and what it finds.
struct reading {
  app::config_source source;
  deployment_ptr before;
  deployment_parts parts;
  deployment_ptr made;
  std::vector<std::string> problems;
  std::vector<std::string> restart;
  watched_files seen;
  app::diagnostics outlook;  // of the certificates, where it is taken
  app::diagnostics routes;   // what is odd about them, the same
};

// The marks are from before the files are read: what changes meanwhile is met by the next look.
watched_files watch_list(const app::config& loaded, const std::filesystem::path& file) {
  watched_files all{files_of(loaded, file), {}};
  all.look_again();
  return all;
}

std::vector<std::string> texts_of(const app::diagnostics& problems) {
  std::vector<std::string> texts;
  for (const auto& one : problems) texts.push_back(app::to_string(one));
  return texts;
}

void read(reading& work, const core::stop_check& stopped) {
  const auto& file = work.source.file;
  work.seen.look_again();
  const auto first = work.seen.marks.front();
  // Its own file may have been replaced where nothing else of the folder can be opened.
  if (work.parts.sandboxed) work.problems = texts_of(beyond_sandbox({}, file));
  if (!work.problems.empty()) return;
  auto source = work.source;
  source.again = true;
  source.stopped = stopped;
  auto loaded = app::load_config(source);
  if (!loaded) {
    work.problems = texts_of(loaded.error());
    return;
  }
  work.restart = app::keep_until_restart(work.before->loaded, *loaded);
  work.seen = watch_list(*loaded, file);
  work.seen.marks.front() = first;
  if (work.parts.sandboxed) {
    work.problems = texts_of(beyond_sandbox(*loaded, file));
    if (!work.problems.empty()) return;
  }
  auto parts = work.parts;
  parts.verifying.stopped = stopped;
  auto files = app::load_files(*loaded, file, loading_with(parts));
  work.problems = texts_of(files.problems);
  if (!work.problems.empty()) return;
  work.made = make_deployment(std::move(*loaded), work.before.get(), parts, &files);
  work.outlook = app::foresee_files(work.made->loaded, file, work.parts.verifying.clock.wall());
  work.routes = app::foresee_routes(work.made->loaded, file);
}

// What is wrong is told by what it throws.
void read_or_tell(reading& work, const core::stop_check& stopped) {
  try {
    read(work, stopped);
  } catch (const std::exception& refused) {
    work.made = nullptr;
    work.problems.emplace_back(refused.what());
  }
}

boost::json::array json_of(const std::vector<std::string>& texts) {
  boost::json::array all;
  for (const auto& one : texts) all.emplace_back(one);
  return all;
}

// Whether its keys have come, or have been found not to.
bool is_settled(const auth::jwks_client& keys) {
  return keys.ready() || keys.stats().fetches_failed > 0;
}

// And whether the names of all upstreams have been looked up.
bool is_settled(const deployment& of) {
  const auto& issuers = of.verifying.issuers->all();
  return std::all_of(issuers.begin(), issuers.end(),
                     [](const auth::trusted_issuer& one) { return is_settled(*one.keys); }) &&
         std::all_of(of.behind.begin(), of.behind.end(),
                     [](const known_upstream& one) { return one.of->settled(); });
}

}  // namespace

reloader::reloader(const async::executor& home, server::server& front, deployment_ptr first,
                   app::config_source source, deployment_parts parts)
    : home_{home},
      front_{front},
      current_{std::move(first)},
      source_{std::move(source)},
      parts_{std::move(parts)},
      seen_{watch_list(current_->loaded, source_.file)} {
  status_.generation = current_->generation;
  status_.since = current_->since;
}

app::config_status reloader::status() const {
  auto told = status_;
  told.certificates = certificates_of(*current_);
  return told;
}

async::task<app::reload_report> reloader::reload(std::string_view cause) {
  if (stopped_) co_return declined(app::reload_declined::ending);
  if (waiting_.size() >= max_waiting) co_return declined(app::reload_declined::busy);
  const auto mine = ++asked_;
  while (done_ < mine && !stopped_) {
    if (running_) {
      const auto place = waiting_.join(home_);
      co_await place->wait({});
      continue;
    }
    running_ = true;
    const auto covers = asked_;
    if (told_.began) told_.began();
    last_ = co_await load();
    done_ = covers;
    running_ = false;
    report(last_, cause);
    if (told_.ended && !stopped_) told_.ended(last_);
    async::wake_all(waiting_.take());
  }
  if (stopped_ && (done_ < mine || !last_.taken)) co_return declined(app::reload_declined::ending);
  co_return last_;
}

app::reload_report reloader::declined(app::reload_declined why) const {
  app::reload_report outcome;
  outcome.declined = why;
  outcome.at = parts_.verifying.clock.wall();
  outcome.generation = current_->generation;
  return outcome;
}

void reloader::start_reload(std::string_view cause) {
  // Whoever waits does so for one that has not begun.
  if (running_ && waiting_.size() != 0) return;
  const auto run = [](reloader& self, std::string_view why) -> async::task<> {
    co_await self.reload(why);
  };
  async::asio::co_spawn(home_, run(*this, cause), async::asio::detached);
}

async::task<app::reload_report> reloader::load() {
  const auto work =
      std::make_shared<reading>(reading{source_, current_, parts_, nullptr, {}, {}, seen_, {}, {}});
  app::reload_report outcome;
  try {
    async::background_thread::work reading_it = [work](const std::atomic<bool>& stopped) {
      read_or_tell(*work, [&stopped] { return stopped.load(); });
    };
    co_await thread_.run(std::move(reading_it));
    if (work->made && !stopped_) {
      outcome = co_await put_to_use(std::exchange(work->made, nullptr));
      outlook_ = work->outlook;
      route_outlook_ = work->routes;
    } else {
      outcome.problems = work->problems;
    }
  } catch (const std::exception& refused) {
    outcome = {};
    outcome.problems.emplace_back(refused.what());
  }
  seen_ = work->seen;
  outcome.restart = work->restart;
  outcome.at = parts_.verifying.clock.wall();
  outcome.generation = current_->generation;
  co_return outcome;
}

// The last step that can fail is to listen, so that it is all or nothing.
async::task<app::reload_report> reloader::put_to_use(deployment_ptr next) {
  co_await await_keys(*next);
  if (stopped_) throw core::given_up{};
  const auto addresses = front_addresses(next->loaded, *parts_.sockets);
  const auto done = std::make_shared<async::waiter>(home_);
  front_.use(next->site, addresses, [done](core::error_code) { async::waiter::wake(done); });
  co_await done->wait({});
  const auto before = std::exchange(current_, std::move(next));
  retired_.push_back(before);
  if (before->loaded.log.level != current_->loaded.log.level) {
    parts_.verifying.events->set_level(current_->loaded.log.level);
  }
  parts_.refusals->set_enabled(current_->loaded.log.sample_refusals);
  parts_.spans->set_limit(current_->loaded.trace.queue);
  parts_.exporter->use(current_->exporting);
  app::reload_report outcome;
  outcome.taken = true;
  co_return outcome;
}

// Those that are taken over have been asked for long ago.
async::task<> reloader::await_keys(const deployment& next) {
  const auto& issuers = next.verifying.issuers->all();
  for (const auto& one : issuers) one.keys->prefetch();
  async::timer pause{home_};
  const auto until = core::steady_time::clock::now() + first_keys;
  while (!is_settled(next)) {
    if (stopped_ || core::steady_time::clock::now() >= until) co_return;
    core::error_code ignored;
    pause.expires_after(first_keys_pause);
    co_await pause.async_wait(async::use_task_with(ignored));
  }
}

void reloader::report(const app::reload_report& outcome, std::string_view cause) {
  if (stopped_) return;
  const boost::json::string_view why{cause.data(), cause.size()};
  ++(outcome.taken ? status_.reloads_taken : status_.reloads_refused);
  status_.generation = current_->generation;
  status_.since = current_->since;
  status_.last_reload = outcome;
  const auto& events = *parts_.verifying.events;
  if (!outcome.taken) {
    events.event(log_level::error, "reload_refused",
                 {{"cause", why},
                  {"generation", outcome.generation},
                  {"problems", json_of(outcome.problems)}});
    return;
  }
  events.event(
      log_level::warn, "reloaded",
      {{"cause", why}, {"generation", outcome.generation}, {"restart", json_of(outcome.restart)}});
  warn_of_certificates();
  warn_of_routes();
}

void reloader::warn_of_routes() const {
  for (const auto& one : route_outlook_) {
    parts_.verifying.events->event(log_level::warn, "route",
                                   {{"key", one.key}, {"message", one.message}});
  }
}

void reloader::warn_of_certificates() const {
  for (const auto& one : outlook_) {
    parts_.verifying.events->event(log_level::warn, "certificate",
                                   {{"key", one.key}, {"message", one.message}});
  }
}

void reloader::start() {
  outlook_ = app::foresee_files(current_->loaded, source_.file, parts_.verifying.clock.wall());
  warn_of_certificates();
  route_outlook_ = app::foresee_routes(current_->loaded, source_.file);
  warn_of_routes();
  async::asio::co_spawn(home_, keep_house(), async::asio::detached);
  if (current_->loaded.server.reload == app::reload_mode::watch) {
    async::asio::co_spawn(home_, watch(), async::asio::detached);
  }
}

void reloader::stop() {
  stopped_ = true;
  thread_.stop();
  forecaster_.stop();
}

// What requests still use is let go of here, so that it ends on this thread and not on one that
// serves others.
async::task<> reloader::keep_house() {
  async::timer pause{home_};
  auto looked = core::steady_time::clock::now();
  while (!stopped_) {
    core::error_code ignored;
    pause.expires_after(release_pause);
    co_await pause.async_wait(async::use_task_with(ignored));
    // While the process ends, the workers may be ending, too.
    if (stopped_) co_return;
    if (release_unused()) co_await give_back_memory();
    const auto now = core::steady_time::clock::now();
    if (now - looked < certificate_pause) continue;
    looked = now;
    co_await look_ahead();
  }
}

bool reloader::release_unused() {
  const auto unused =
      std::stable_partition(retired_.begin(), retired_.end(),
                            [](const deployment_ptr& one) { return one->site.use_count() > 1; });
  if (unused == retired_.end()) return false;
  const std::vector<deployment_ptr> gone{unused, retired_.end()};
  retired_.erase(unused, retired_.end());
  auto kept = retired_;
  kept.push_back(current_);
  carried_.let_go(gone, kept);
  return true;
}

// A configuration that is let go of leaves holes among what stays, and each reload others.
async::task<> reloader::give_back_memory() {
#ifdef __GLIBC__
  try {
    co_await forecaster_.run([](const std::atomic<bool>&) { ::malloc_trim(0); });
  } catch (const std::exception&) {
    co_return;  // without a thread the next reload tries again
  }
#else
  co_return;
#endif
}

// Files are read on a thread of their own: this one answers probes.
async::task<> reloader::look_ahead() {
  struct looking {
    deployment_ptr at;
    std::filesystem::path file;
    core::wall_time now;
    app::diagnostics outlook;
  };
  const auto work =
      std::make_shared<looking>(looking{current_, source_.file, parts_.verifying.clock.wall(), {}});
  async::background_thread::work look = [work](const std::atomic<bool>&) {
    work->outlook = app::foresee_files(work->at->loaded, work->file, work->now);
  };
  try {
    co_await forecaster_.run(std::move(look));
  } catch (const std::exception&) {
    co_return;
  }
  outlook_ = std::move(work->outlook);
  warn_of_certificates();
}

async::task<> reloader::watch() {
  async::timer pause{home_};
  watched_files last;
  while (!stopped_) {
    core::error_code ignored;
    pause.expires_after(look_pause);
    co_await pause.async_wait(async::use_task_with(ignored));
    if (stopped_ || running_) continue;
    const auto now = std::make_shared<watched_files>(seen_);
    async::background_thread::work look = [now](const std::atomic<bool>&) { now->look_again(); };
    try {
      co_await watcher_.run(std::move(look));
    } catch (const std::exception&) {
      continue;
    }
    const bool changed = *now != seen_;
    const bool settled = *now == last;
    last = *now;
    if (changed && settled && !running_) co_await reload("a file has changed");
  }
}

}  // namespace latchkey::programs
