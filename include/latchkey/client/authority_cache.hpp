// The authorities that the certificates of providers are checked against, loaded once for each set
// of them, however many clients share it. Not for checking.
#pragma once

#include <latchkey/net/client_tls.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace latchkey::client {

class authority_cache {
 public:
  // Those of a PEM file; of the system where it is empty. What somebody still has is given again,
  // as long as the file holds the same bytes. Any thread. Throws as net::authorities_in.
  net::authorities of(const std::filesystem::path& file);

 private:
  net::authorities kept(const std::string& key, const auto& make);

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<X509_STORE>> known_;
};

}  // namespace latchkey::client
