// A server of Beast that is there already, and asks latchkey's verifier about each request: only
// the lines of guard() are new to it. Not a model of a server: it has plain HTTP and no limits.
#include <latchkey/auth/errc.hpp>
#include <latchkey/embed/refusal.hpp>
#include <latchkey/embed/token_verifier.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace latchkey;
using verdict = core::result<core::principal>;

class session : public std::enable_shared_from_this<session> {
 public:
  session(asio::ip::tcp::socket socket, const embed::token_verifier& verifier)
      : stream_{std::move(socket)}, verifier_{verifier} {}

  void read() {
    request_ = {};
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->guard();
                     });
  }

 private:
  // Who asks: judged at once where the keys are there, else called back on another thread.
  void guard() {
    if (request_.count(http::field::authorization) > 1) {
      return answer(auth::errc::duplicate_authorization);
    }
    const auto field = request_[http::field::authorization];
    const auto token = embed::bearer({field.data(), field.size()});
    if (!token) return answer(token.error());
    const auto client = stream_.socket().remote_endpoint().address().to_string();
    verifier_.verify(std::string{*token}, {.client = client},
                     [self = shared_from_this()](verdict who) {
                       asio::post(self->stream_.get_executor(),
                                  [self, who = std::move(who)] { self->answer(who); });
                     });
  }

  void answer(const verdict& who) {
    response_ = {http::status::ok, request_.version()};
    if (who) {
      response_.body() = "hello, " + who->subject + "\n";
    } else {
      const auto refused = embed::refusal_of(who.error());
      response_.result(static_cast<unsigned>(refused.status));
      response_.set(http::field::www_authenticate, refused.www_authenticate);
      if (refused.retry_after != 0) {
        response_.set(http::field::retry_after, std::to_string(refused.retry_after));
      }
    }
    response_.keep_alive(request_.keep_alive());
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  beast::tcp_stream stream_;
  const embed::token_verifier& verifier_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

void accept(asio::ip::tcp::acceptor& from, const embed::token_verifier& verifier) {
  from.async_accept([&](beast::error_code error, asio::ip::tcp::socket socket) {
    if (error) return;
    std::make_shared<session>(std::move(socket), verifier)->read();
    accept(from, verifier);
  });
}

int run(const std::string& issuer) {
  asio::io_context context;
  // Gone before the context is: what it calls posts there.
  const embed::token_verifier verifier{
      {.issuers = {{.rules = {.issuer = issuer, .audiences = {"account"}}}}}};
  asio::ip::tcp::acceptor listener{context, {asio::ip::make_address("127.0.0.1"), 0}};
  accept(listener, verifier);
  std::cout << "listening on http://" << listener.local_endpoint() << std::endl;
  asio::signal_set ending{context, SIGINT, SIGTERM};
  ending.async_wait([&](const beast::error_code&, int) { context.stop(); });
  context.run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: guard_beast ISSUER\n";
    return 2;
  }
  try {
    return run(arguments[1]);
  } catch (const std::exception& fault) {
    std::cerr << "guard_beast: " << fault.what() << "\n";
    return 1;
  }
}
