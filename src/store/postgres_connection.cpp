#include "postgres_connection.hpp"

#include <latchkey/store/errc.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace latchkey::store {
namespace {

// PostgreSQL's classes of errors (appendix A of its manual).
core::error_code error_of_state(std::string_view state) {
  constexpr std::string_view canceled = "57014";
  constexpr std::string_view lock_not_had = "55P03";
  constexpr std::string_view disk_full = "53100";
  if (state == canceled || state == lock_not_had) return errc::timed_out;
  if (state == disk_full) return errc::full;
  return errc::unavailable;
}

constexpr int most_unasked = 4;

// Bytes, or the end.
bool has_arrived(int socket) {
  ::pollfd one{socket, POLLIN, 0};
  return socket < 0 || ::poll(&one, 1, 0) != 0;
}

}  // namespace

std::string postgres_rows::text(int row, int column) const {
  return {::PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(::PQgetlength(result_.get(), row, column))};
}

std::int64_t postgres_rows::number(int row, int column) const {
  const auto* const from = ::PQgetvalue(result_.get(), row, column);
  std::int64_t value = 0;
  std::from_chars(from, from + ::PQgetlength(result_.get(), row, column), value);
  return value;
}

async::task<core::error_code> postgres_connection::connect(postgres_options to,
                                                           core::deadline until) {
  if (const auto* secret = find_option(to, "password")) password_ = *secret;
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : to) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  handle_.reset(::PQconnectStartParams(names.data(), values.data(), 0));
  if (!handle_ || ::PQstatus(handle_.get()) == CONNECTION_BAD) co_return broken();
  if (const auto error = co_await poll_connection(until)) co_return error;
  if (::PQsetnonblocking(handle_.get(), 1) != 0) co_return broken();
  // What the server remarks belongs to no log.
  ::PQsetNoticeReceiver(handle_.get(), [](void*, const ::PGresult*) {}, nullptr);
  co_return watch();
}

async::task<core::error_code> postgres_connection::poll_connection(core::deadline until) {
  // As libpq says: at first as if it had asked for writing.
  auto wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    // Another address is another socket.
    if (const auto error = watch()) co_return error;
    const auto way =
        wanted == PGRES_POLLING_READING ? descriptor::wait_read : descriptor::wait_write;
    if (const auto error = co_await wait(way, until)) co_return error;
    wanted = ::PQconnectPoll(handle_.get());
    if (wanted == PGRES_POLLING_FAILED) co_return broken();
  }
  co_return core::error_code{};
}

async::task<core::result<postgres_rows>> postgres_connection::run(std::string sql,
                                                                  core::deadline until) {
  const bool sent = ::PQsendQuery(handle_.get(), sql.c_str()) == 1;
  co_return co_await finish_sent(sent, until);
}

async::task<core::result<postgres_rows>> postgres_connection::run_prepared(
    const postgres_statement& what, postgres_values values, core::deadline until) {
  if (std::find(prepared_.begin(), prepared_.end(), &what) == prepared_.end()) {
    const bool asked = ::PQsendPrepare(handle_.get(), what.name, what.sql, 0, nullptr) == 1;
    const auto done = co_await finish_sent(asked, until);
    if (done.has_error()) co_return done.error();
    prepared_.push_back(&what);
  }
  std::vector<const char*> given;
  for (const auto& one : values) given.push_back(one ? one->c_str() : nullptr);
  const bool sent = ::PQsendQueryPrepared(handle_.get(), what.name, static_cast<int>(given.size()),
                                          given.data(), nullptr, nullptr, 0) == 1;
  co_return co_await finish_sent(sent, until);
}

// Until it has ended in good order, the connection is of no use to anybody else.
async::task<core::result<postgres_rows>> postgres_connection::finish_sent(bool sent,
                                                                          core::deadline until) {
  sql_state_.clear();
  under_way_ = true;
  if (!sent) co_return broken();
  if (const auto error = co_await flush(until)) co_return error;
  // Of several statements the last counts, unless one is refused: the rest is not done then. What
  // ends them is no result, and comes when all of it is on the server's disk.
  std::optional<postgres_rows> last;
  core::error_code refused;
  for (;;) {
    // PQgetResult would wait for what has not come yet.
    if (const auto error = co_await await_result(until)) co_return error;
    auto* const one = ::PQgetResult(handle_.get());
    if (one == nullptr) break;
    last.emplace(one);
    if (const auto error = judge(*one)) refused = error;
  }
  if (::PQstatus(handle_.get()) == CONNECTION_BAD) co_return broken();
  under_way_ = false;
  if (refused) co_return refused;
  if (!last) co_return broken();
  co_return std::move(*last);
}

core::error_code postgres_connection::judge(const ::PGresult& one) {
  const auto status = ::PQresultStatus(&one);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  const auto* const state = ::PQresultErrorField(&one, PG_DIAG_SQLSTATE);
  sql_state_ = state == nullptr ? "" : state;
  note_fault(::PQresultErrorMessage(&one));
  return error_of_state(sql_state_);
}

async::task<core::error_code> postgres_connection::flush(core::deadline until) {
  for (;;) {
    const int left = ::PQflush(handle_.get());
    if (left == 0) co_return core::error_code{};
    if (left < 0) co_return broken();
    if (const auto error = co_await wait(descriptor::wait_write, until)) co_return error;
  }
}

async::task<core::error_code> postgres_connection::await_result(core::deadline until) {
  while (::PQisBusy(handle_.get()) == 1) {
    if (const auto error = co_await wait(descriptor::wait_read, until)) co_return error;
    if (::PQconsumeInput(handle_.get()) != 1) co_return broken();
  }
  co_return core::error_code{};
}

bool postgres_connection::is_usable() {
  if (!handle_ || under_way_ || retired_) return false;
  // The end of the connection is found by reading it, and behind what the server said before it:
  // one read finds the message alone. It says nothing else unasked but now and then a few words.
  for (int reads = 0; has_arrived(::PQsocket(handle_.get())); ++reads) {
    if (reads == most_unasked || ::PQconsumeInput(handle_.get()) != 1) return false;
  }
  return ::PQstatus(handle_.get()) == CONNECTION_OK &&
         ::PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

std::string_view postgres_connection::server_encoding() const {
  const auto* const said = ::PQparameterStatus(handle_.get(), "server_encoding");
  return said == nullptr ? std::string_view{} : said;
}

core::error_code postgres_connection::watch() {
  const int wanted = ::PQsocket(handle_.get());
  if (wanted < 0) return broken();
  // The number may be another socket's by now: it is copied anew for each wait while connecting.
  core::error_code error;
  if (socket_.is_open()) socket_.close(error);
  // A copy, since libpq closes its own.
  const int copy = ::fcntl(wanted, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    fault_ = "no descriptor is left";
    return errc::unavailable;
  }
  socket_.assign(copy, error);
  if (!error) return {};
  ::close(copy);
  fault_ = error.message();
  return errc::unavailable;
}

async::task<core::error_code> postgres_connection::wait(direction what, core::deadline until) {
  const auto turn = ++turn_;
  timer_.expires_at(until.at());
  // It may be called when this wait, and the connection, is long over.
  timer_.async_wait([weak = weak_from_this(), turn](const core::error_code& ended) {
    const auto self = weak.lock();
    if (!ended && self && self->turn_ == turn) self->socket_.cancel();
  });
  core::error_code error;
  co_await socket_.async_wait(what, async::use_task_with(error));
  ++turn_;
  timer_.cancel();
  if (!error) co_return error;
  fault_ = "no answer in time";
  co_return errc::timed_out;
}

core::error_code postgres_connection::broken() {
  under_way_ = true;
  note_fault(handle_ ? ::PQerrorMessage(handle_.get()) : "no memory");
  return errc::unavailable;
}

void postgres_connection::note_fault(std::string_view said) {
  fault_ = said;
  while (!fault_.empty() && fault_.back() == '\n') fault_.pop_back();
  std::replace(fault_.begin(), fault_.end(), '\n', ' ');
  // libpq does not repeat it; neither do we, whatever it does.
  if (password_.empty()) return;
  for (std::size_t at = 0; (at = fault_.find(password_, at)) != fault_.npos;) {
    fault_.replace(at, password_.size(), "***");
    at += 3;
  }
}

}  // namespace latchkey::store
