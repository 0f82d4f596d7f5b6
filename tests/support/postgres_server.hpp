// A PostgreSQL server of a test program's own, on a socket in a temporary folder: begun when it is
// first asked for, ended with the program. Not for tests of the network between the two.
#pragma once

#include "support/places.hpp"
#include "support/temporary.hpp"

#include <cstdlib>
#include <fstream>
#include <libpq-fe.h>
#include <memory>
#include <stdexcept>
#include <string>

namespace latchkey::support {

class postgres_server {
 public:
  // Null, and why, where this machine has none.
  static postgres_server* shared(std::string& why) {
    static postgres_server one;
    why = one.why_;
    return one.why_.empty() ? &one : nullptr;
  }
  ~postgres_server() {
    if (why_.empty()) order("stop");
  }
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  // Of a new and empty database.
  std::string new_database() {
    const auto name = "t" + std::to_string(++made_);
    run("postgres", "CREATE DATABASE " + name);
    return uri(name);
  }
  std::string uri(const std::string& database) const {
    return "postgresql:///" + database + "?user=latchkey&host=" + folder_.path().string();
  }
  // Of what uri() gives.
  static std::string name_of(const std::string& uri) {
    const std::string before = "postgresql:///";
    return uri.substr(before.size(), uri.find('?') - before.size());
  }
  void run(const std::string& database, const std::string& sql) const {
    run_at(uri(database), sql);
  }

  static void run_at(const std::string& uri, const std::string& sql) {
    const std::unique_ptr<::PGconn, decltype(&::PQfinish)> one{::PQconnectdb(uri.c_str()),
                                                               ::PQfinish};
    const std::unique_ptr<::PGresult, decltype(&::PQclear)> done{::PQexec(one.get(), sql.c_str()),
                                                                 ::PQclear};
    const auto status = ::PQresultStatus(done.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      throw std::runtime_error{::PQerrorMessage(one.get())};
    }
  }

  // 0 where it has been done.
  int order(const std::string& what) const {
    const auto script = (project_root() / "tests/support/postgres_server").string();
    const auto said = (folder_.path() / "said").string();
    const auto command = "POSTGRES_OPTIONS='-c fsync=off' " + script + ' ' + what + ' ' +
                         folder_.path().string() + " > " + said + " 2>&1";
    return std::system(command.c_str());
  }

 private:
  postgres_server() {
    if (order("start") == 0) return;
    std::ifstream said{folder_.path() / "said"};
    std::getline(said, why_);
    if (why_.empty()) why_ = "PostgreSQL does not start: it does not say why";
  }

  temporary_folder folder_;
  std::string why_;
  int made_ = 0;
};

}  // namespace latchkey::support
