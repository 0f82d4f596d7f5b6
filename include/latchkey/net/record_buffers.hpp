// Memory for the buffers of TLS records, which OpenSSL asks for and gives back with each record: a
// thread keeps a few for the next ones. For programs, not for libraries: what it sets is the
// process's.
#pragma once

#include <cstddef>

namespace latchkey::net {

// How many a thread keeps: reading and writing take one each, one after the other.
inline constexpr std::size_t kept_record_buffers = 4;

// False where OpenSSL has memory already, or a sanitizer is to see what it does: then all is as
// without. Before anything else of OpenSSL.
bool keep_record_buffers() noexcept;

}  // namespace latchkey::net
