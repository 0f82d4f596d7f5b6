#include "support/pki.hpp"
#include "support/run.hpp"
#include "support/temporary.hpp"

#include <latchkey/client/authority_cache.hpp>
#include <latchkey/client/errc.hpp>
#include <latchkey/client/https_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace latchkey::client {
namespace {

using testing::HasSubstr;

class trusted : public testing::Test {
 protected:
  std::string fault(const std::filesystem::path& file) {
    try {
      all_.of(file);
    } catch (const std::runtime_error& refused) {
      return refused.what();
    }
    return {};
  }

  support::temporary_folder folder_;
  authority_cache all_;
};

TEST_F(trusted, are_loaded_once_for_all_that_share_them) {
  const auto made = support::make_certificate();
  const auto file = folder_.write("a.pem", made.pem);
  const auto first = all_.of(file);
  EXPECT_EQ(all_.of(file), first);
  EXPECT_EQ(all_.of(folder_.write("same.pem", made.pem)), first) << "the same set";
  EXPECT_NE(all_.of(folder_.write("b.pem", support::make_certificate().pem)), first);
  const auto of_system = all_.of({});
  EXPECT_EQ(all_.of({}), of_system);
  EXPECT_NE(of_system, first);
}

TEST_F(trusted, are_read_anew_where_the_file_has_changed) {
  const auto first = all_.of(folder_.write("a.pem", support::make_certificate().pem));
  EXPECT_NE(all_.of(folder_.write("a.pem", support::make_certificate().pem)), first);
}

TEST_F(trusted, end_with_the_last_that_has_them) {
  const auto file = folder_.write("a.pem", support::make_certificate().pem);
  const std::weak_ptr<X509_STORE> first = all_.of(file);
  EXPECT_TRUE(first.expired());
}

TEST_F(trusted, refuse_what_is_none) {
  EXPECT_THAT(fault(folder_.write("a.pem", "hello")),
              HasSubstr("a.pem: expected certificates in PEM, found text"));
  EXPECT_THAT(fault(folder_.path()), HasSubstr(": it is not a file, but a folder"));
  EXPECT_THAT(fault(folder_.path() / "none"), HasSubstr("none: it does not exist"));
  EXPECT_THAT(fault("/dev/zero"), HasSubstr("it is not a file, but a device"));
  const auto pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(fault(pipe), HasSubstr("pipe: it is not a file, but a pipe"));
  const std::string blank(net::max_authorities_bytes + 1, '\n');
  EXPECT_THAT(fault(folder_.write("large.pem", blank)), HasSubstr("larger than it may be"));
}

TEST_F(trusted, are_not_loaded_for_http_alone) {
  https_client_settings settings;
  settings.trusted = std::make_shared<authority_cache>();
  settings.http_only = true;
  const https_client plain{settings};
  const std::weak_ptr<X509_STORE> untouched = settings.trusted->of({});
  EXPECT_TRUE(untouched.expired()) << "nobody has them";
  settings.http_only = false;
  const https_client secure{settings};
  const std::weak_ptr<X509_STORE> held = settings.trusted->of({});
  EXPECT_FALSE(held.expired());
}

TEST_F(trusted, are_not_there_for_https_where_only_http_was_meant) {
  https_client_settings settings;
  settings.http_only = true;
  boost::asio::io_context io;
  const https_client plain{settings};
  const core::deadline until{core::steady_time::clock::now() + std::chrono::seconds{5}};
  EXPECT_EQ(support::run(io, plain.get({"https://127.0.0.1:1/", {}}, until)).error(),
            errc::bad_url);
}

}  // namespace
}  // namespace latchkey::client
