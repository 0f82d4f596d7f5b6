// Compiles Beast once for the whole project; not for anything else.
#include <boost/beast/src.hpp>
