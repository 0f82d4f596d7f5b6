#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace latchkey::http {

response problem(status code, std::string_view detail) {
  const boost::json::object body{
      {"detail", boost::json::string_view{detail.data(), detail.size()}}};
  return response::json(code, boost::json::serialize(body));
}

response problem(const core::error_code& error) {
  if (error.category() != category()) {
    return problem(status::internal_server_error, "Internal Server Error");
  }
  switch (static_cast<errc>(error.value())) {
    case errc::bad_target:
    case errc::bad_body:
    case errc::body_stopped:
    case errc::body_cut_off:
      break;
    case errc::body_too_large:
      return problem(status::payload_too_large, "Content Too Large");
    case errc::body_timeout:
      return problem(status::request_timeout, "Request Timeout");
    case errc::not_implemented:
      return problem(status::not_implemented, "Not Implemented");
  }
  return problem(status::bad_request, "Bad Request");
}

}  // namespace latchkey::http
