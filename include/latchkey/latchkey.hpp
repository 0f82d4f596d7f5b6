// What most programs need of the library: a server for handlers of their own (embed::api_server),
// or tokens verified beside a server that they have (embed::token_verifier). Not for programs that
// count their includes: each of the two has a header of its own, of which the second needs no Asio.
#pragma once

#include <latchkey/core/version.hpp>
#include <latchkey/embed/api_server.hpp>
#include <latchkey/embed/refusal.hpp>
#include <latchkey/embed/token_verifier.hpp>
