#include <latchkey/store/files.hpp>
#include <latchkey/store/settings.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::store {
namespace {

TEST(store_addresses, are_named) {
  for (const std::string good :
       {"sqlite:notes.db", "sqlite:/var/lib/notes.db", "postgresql://localhost/notes",
        "postgres://u:p@10.0.0.1:5432/notes?sslmode=verify-full",
        "postgresql:///notes?host=/run/pg", "postgresql://a,b:5433/notes",
        "postgresql://u:a%40b%2Fc@h/d%40e?user=a%40b"}) {
    EXPECT_TRUE(is_store(good)) << good;
  }
  for (const std::string bad :
       {"", "notes.db", "sqlite:", "sqlite:folder/", "SQLITE:notes.db",
        "sqlite::memory:", "sqlite:file:n.db?mode=ro", "sqlite://n.db", "sqlite:///n.db",
        "mysql://x/y", "postgresql:/x", "postgresql://h/d?no_such=1", "postgresql://h:port:x/d%zz",
        "host=h password=p", "sqlite:a\nb",
        // Passwords of which libpq would take a part for a host or a database.
        "postgresql://u:se/cret@h/d", "postgresql://u:se@cret@h/d", "postgres://u:se@/cret@h/d",
        "postgresql://u:1/se?user=cret@h/d", "postgresql://u:se?cret@h/d",
        "postgresql://h?password=se@cret", "postgresql://h/d?password=se@cret"}) {
    EXPECT_FALSE(is_store(bad)) << bad;
  }
}

TEST(store_addresses, of_sqlite_are_beside_the_configuration) {
  EXPECT_EQ(resolved("sqlite:notes.db", "/etc/latchkey"), "sqlite:/etc/latchkey/notes.db");
  EXPECT_EQ(resolved("sqlite:../n.db", "/etc/latchkey"), "sqlite:/etc/n.db");
  EXPECT_EQ(resolved("sqlite:/var/n.db", "/etc/latchkey"), "sqlite:/var/n.db");
  EXPECT_EQ(resolved("postgresql://h/d", "/etc"), "postgresql://h/d");
  EXPECT_EQ(sqlite_path("sqlite:/var/n.db"), "/var/n.db");
  EXPECT_FALSE(sqlite_path("postgresql://h/d"));
}

TEST(store_addresses, name_the_files_that_are_read_for_them) {
  using paths = std::vector<std::filesystem::path>;
  EXPECT_EQ(files_of("postgresql://h/d?sslmode=verify-full&sslrootcert=/a/ca.pem&passfile=/b/pass"),
            (paths{"/a/ca.pem", "/b/pass"}));
  EXPECT_EQ(files_of("postgresql://h/d?sslrootcert=system"), paths{});
  EXPECT_EQ(files_of("sqlite:notes.db"), paths{});
}

TEST(store_addresses, are_shown_without_passwords) {
  struct row {
    std::string store;
    bool secret;
    std::string shown;
  };
  for (const auto& one : std::vector<row>{
           {"sqlite:/var/n.db", false, "sqlite:/var/n.db"},
           {"postgresql://h/d", false, "postgresql://h/d"},
           {"postgresql://u@h:1/d", false, "postgresql://u@h:1/d"},
           {"postgresql://u:secret@h/d", true, "postgresql://u@h/d"},
           {"postgres://u:secret@h/d?sslmode=require", true, "postgresql://u@h/d"},
           {"postgresql://h/d?user=u&password=secret", true, "postgresql://u@h/d"},
           {"postgresql://h/d?sslpassword=secret", true, "postgresql://h/d"},
           {"postgresql:///d?host=/run/pg", false, "postgresql://(socket in /run/pg)/d"},
           {"postgresql://u:secret@h/d?wrong=1", true, "postgresql://..."},
           {"postgresql://u:se/cret@h/d", true, "postgresql://..."},
           {"postgresql://u:se@cret@h/d", true, "postgresql://..."},
       }) {
    EXPECT_EQ(has_password(one.store), one.secret) << one.store;
    EXPECT_EQ(shown_store(one.store), one.shown) << one.store;
  }
}

}  // namespace
}  // namespace latchkey::store
