#include <latchkey/core/ascii.hpp>
#include <latchkey/core/descriptor.hpp>
#include <latchkey/core/host_name.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/resolve.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace latchkey::net {
namespace {

namespace asio = boost::asio;
using outcome = core::result<found_addresses>;

// The errors as Asio's resolver has them.
core::error_code lookup_error(int code, int system) {
  switch (code) {
    case EAI_AGAIN:
      return asio::error::host_not_found_try_again;
    case EAI_MEMORY:
      return asio::error::no_memory;
    case EAI_SYSTEM:
      return {system, boost::system::system_category()};
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
      return asio::error::host_not_found;
    default:
      return asio::error::no_recovery;
  }
}

using core::descriptor;

// One name that is being looked up. Each who waits reads from a pipe of his own; the thread that
// looks up closes their other ends and never touches an executor, which may be gone by then.
struct lookup {
  std::optional<outcome> found;
  std::vector<descriptor> write_ends;
};

using stream_descriptor = asio::posix::basic_stream_descriptor<async::executor>;

// Shared by the one who waits and the handler of the pipe, whichever ends last.
struct waiting {
  explicit waiting(async::executor where) : pipe{where}, timer{where} {}

  stream_descriptor pipe;
  async::timer timer;
};

// Until the other end of `pipe` is closed or the deadline has come.
async::task<void> wait_for(descriptor pipe, core::deadline until) {
  const auto where = co_await asio::this_coro::executor;
  const auto one = std::make_shared<waiting>(where);
  core::error_code ignored;
  one->pipe.assign(pipe.get(), ignored);
  if (ignored) co_return;
  pipe.release();
  one->timer.expires_at(until.at());
  one->pipe.async_wait(stream_descriptor::wait_read,
                       [one](const core::error_code&) { one->timer.cancel(); });
  co_await one->timer.async_wait(async::use_task_with(ignored));
  one->pipe.close(ignored);
}

// What needs no lookup, or shall have none: the system reads "127.1" and "0x7f000001" as addresses,
// and a text only up to a zero byte.
std::optional<outcome> known(std::string_view host) {
  const core::error_code unknown = asio::error::host_not_found;
  if (host.find('\0') != host.npos) return unknown;
  core::error_code error;
  const auto address = asio::ip::make_address(std::string{host}, error);
  if (!error) return found_addresses{{address}};
  if (!core::is_host_name(host)) return unknown;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!core::iequals(host, "localhost")) return std::nullopt;
  return found_addresses{{asio::ip::address_v6::loopback(), asio::ip::address_v4::loopback()}};
}

found_endpoints at_port(const found_addresses& found, std::uint16_t port) {
  found_endpoints made{{}, found.ttl};
  made.all.reserve(found.all.size());
  for (const auto& one : found.all) made.all.emplace_back(one, port);
  return made;
}

}  // namespace

// How many more a user may start; guarded by the mutex of the lookups.
struct resolver::allowance {
  std::size_t left;
};

struct resolver::lookups {
  // Who waits, for as long as he does: a lookup that never ends shall not gather those who left.
  struct place {
    place(std::shared_ptr<lookups> of, std::shared_ptr<lookup> in, int fd)
        : all{std::move(of)}, one{std::move(in)}, write_end{fd} {}
    ~place() {
      const std::lock_guard lock{all->mutex};
      std::erase_if(one->write_ends,
                    [this](const descriptor& end) { return end.get() == write_end; });
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    std::shared_ptr<lookups> all;
    std::shared_ptr<lookup> one;
    int write_end;
  };

  name_lookup ask;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<lookup>> out;

  // Joins the lookup of that name that is out, or starts one; `write_end` is closed at its end.
  static core::result<std::shared_ptr<lookup>> join(const std::shared_ptr<lookups>& self,
                                                    const std::shared_ptr<allowance>& user,
                                                    const std::string& host, descriptor write_end);
  void look_up(const std::string& host, lookup& one, allowance& user);
};

void resolver::lookups::look_up(const std::string& host, lookup& one, allowance& user) {
  outcome found = asio::error::make_error_code(asio::error::no_memory);
  try {
    found = ask(host);
  } catch (const std::exception&) {
    found = asio::error::make_error_code(asio::error::no_recovery);
  }
  const std::lock_guard lock{mutex};
  one.found = std::move(found);
  out.erase(host);
  ++user.left;
  one.write_ends.clear();
}

core::result<std::shared_ptr<lookup>> resolver::lookups::join(
    const std::shared_ptr<lookups>& self, const std::shared_ptr<allowance>& user,
    const std::string& host, descriptor write_end) {
  const std::lock_guard lock{self->mutex};
  const auto [place, fresh] = self->out.try_emplace(host);
  if (!fresh) {
    place->second->write_ends.push_back(std::move(write_end));
    return place->second;
  }
  if (user->left == 0) {
    self->out.erase(place);
    return errc::too_many_lookups;
  }
  try {
    auto one = std::make_shared<lookup>();
    one->write_ends.push_back(std::move(write_end));
    place->second = one;
    std::thread{[self, user, host, one] { self->look_up(host, *one, *user); }}.detach();
    --user->left;
    return one;
  } catch (const std::system_error& none) {
    self->out.erase(place);
    return core::error_code{none.code().value(), boost::system::system_category()};
  } catch (...) {
    self->out.erase(place);
    throw;
  }
}

outcome system_lookup(const std::string& host) {
  ::addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  ::addrinfo* first = nullptr;
  const auto code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
  if (code != 0) return lookup_error(code, errno);
  const std::unique_ptr<::addrinfo, decltype(&::freeaddrinfo)> owned{first, ::freeaddrinfo};
  found_addresses found;
  for (const auto* one = first; one != nullptr; one = one->ai_next) {
    async::tcp::endpoint place;
    if (one->ai_addr == nullptr || one->ai_addrlen > place.capacity()) continue;
    place.resize(one->ai_addrlen);
    std::copy_n(reinterpret_cast<const unsigned char*>(one->ai_addr), one->ai_addrlen,
                reinterpret_cast<unsigned char*>(place.data()));
    found.all.push_back(place.address());
  }
  if (found.all.empty()) return core::error_code{asio::error::host_not_found};
  return found;
}

resolver::resolver(name_lookup ask, std::size_t max_lookups)
    : lookups_{std::make_shared<lookups>()},
      allowance_{std::make_shared<allowance>(allowance{max_lookups})} {
  lookups_->ask = std::move(ask);
}

resolver resolver::for_another_user() const {
  auto made = *this;
  made.allowance_ = std::make_shared<allowance>(allowance{usual_lookups});
  return made;
}

async::task<core::result<found_endpoints>> resolver::resolve(std::string host, std::uint16_t port,
                                                             core::deadline until) const {
  const auto all = lookups_;
  const auto user = allowance_;
  if (until.passed(core::steady_time::clock::now())) co_return errc::timeout;
  if (const auto at_hand = known(host)) {
    if (at_hand->has_error()) co_return at_hand->error();
    co_return at_port(**at_hand, port);
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    co_return core::error_code{errno, boost::system::system_category()};
  }
  descriptor read_end{ends[0]};
  const auto joined =
      lookups::join(all, user, core::to_lower(std::move(host)), descriptor{ends[1]});
  if (joined.has_error()) co_return joined.error();
  const lookups::place waiting{all, *joined, ends[1]};
  co_await wait_for(std::move(read_end), until);
  std::optional<outcome> found;
  {
    const std::lock_guard lock{all->mutex};
    found = (*joined)->found;
  }
  if (!found) co_return errc::timeout;
  if (found->has_error()) co_return found->error();
  co_return at_port(**found, port);
}

}  // namespace latchkey::net
