// One connection to PostgreSQL on an event loop: libpq without blocking, each wait with a deadline.
// Lives on one executor. Not for what is asked: postgres_notes.
#pragma once

#include "postgres_uri.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstdint>
#include <libpq-fe.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::store {

// Rows in text form.
class postgres_rows {
 public:
  explicit postgres_rows(::PGresult* owned) : result_{owned, ::PQclear} {}

  int size() const { return ::PQntuples(result_.get()); }
  std::string text(int row, int column) const;
  std::int64_t number(int row, int column) const;

 private:
  std::shared_ptr<::PGresult> result_;
};

// Nothing: NULL. Without NUL within.
using postgres_values = std::vector<std::optional<std::string>>;

// What is prepared at its first use of a connection. Both have static storage.
struct postgres_statement {
  const char* name;
  const char* sql;
};

class postgres_connection : public std::enable_shared_from_this<postgres_connection> {
 public:
  explicit postgres_connection(async::executor where) : socket_{where}, timer_{where} {}
  postgres_connection(const postgres_connection&) = delete;
  postgres_connection& operator=(const postgres_connection&) = delete;

  // Hosts of `to` are addresses or sockets: libpq would wait for names. Once.
  async::task<core::error_code> connect(postgres_options to, core::deadline until);
  // Several statements without values are one text. Errors are those of errc; a statement that was
  // refused has its code in sql_state().
  async::task<core::result<postgres_rows>> run(std::string sql, core::deadline until);
  // Not prepared beforehand: to prepare takes the locks that the statement does, so that one which
  // hangs would keep all others from a new connection.
  async::task<core::result<postgres_rows>> run_prepared(const postgres_statement& what,
                                                        postgres_values values,
                                                        core::deadline until);

  // It can be asked again: nothing is under way, the server has not ended it, and nobody has called
  // retire().
  bool is_usable();
  void retire() { retired_ = true; }
  // In which the database keeps texts, by PostgreSQL's name; of a connection that is there, and
  // valid while it is.
  std::string_view server_encoding() const;
  // What failed last, for people, in one line; without the password.
  const std::string& fault() const { return fault_; }
  // Five characters, or empty: of the last statement.
  const std::string& sql_state() const { return sql_state_; }

 private:
  using descriptor = async::asio::posix::basic_stream_descriptor<async::executor>;
  using direction = descriptor::wait_type;

  async::task<core::error_code> wait(direction what, core::deadline until);
  async::task<core::error_code> poll_connection(core::deadline until);
  async::task<core::result<postgres_rows>> finish_sent(bool sent, core::deadline until);
  async::task<core::error_code> flush(core::deadline until);
  async::task<core::error_code> await_result(core::deadline until);
  core::error_code judge(const ::PGresult& one);
  core::error_code watch();
  core::error_code broken();
  void note_fault(std::string_view said);

  struct finish {
    void operator()(::PGconn* one) const { ::PQfinish(one); }
  };
  // Before the connection, whose socket it has another descriptor of.
  descriptor socket_;
  async::timer timer_;
  std::unique_ptr<::PGconn, finish> handle_;
  std::uint64_t turn_ = 0;  // of the waits
  bool under_way_ = false;
  bool retired_ = false;
  std::vector<const postgres_statement*> prepared_;
  std::string fault_;
  std::string sql_state_;
  std::string password_;
};

}  // namespace latchkey::store
