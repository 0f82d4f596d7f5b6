// Compiles Asio once for the whole project; not for anything else.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
