// Memory for what OpenSSL asks for and gives back with each record and each handshake: a thread
// keeps a few of the larger blocks for the next ones, which malloc would merge and split again. For
// programs, not for libraries: what it sets is the process's.
#pragma once

#include <cstddef>

namespace latchkey::net {

// How many buffers of records a thread keeps: reading and writing take one each, one after the
// other.
inline constexpr std::size_t kept_record_buffers = 4;
// Of those for the messages of a handshake.
inline constexpr std::size_t kept_handshake_buffers = 2;
// Of smaller blocks, from 1 to 8 KiB: so many of one size, so much in all.
inline constexpr std::size_t kept_blocks_of_a_size = 8;
inline constexpr std::size_t kept_block_bytes = std::size_t{128} * 1024;

// False where OpenSSL has memory already, or a sanitizer is to see what it does: then all is as
// without. Before anything else of OpenSSL.
bool keep_record_buffers() noexcept;

}  // namespace latchkey::net
