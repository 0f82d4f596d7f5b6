// The memory functions that OpenSSL is given. Not for anybody else's memory.
#pragma once

#include <cstddef>

namespace latchkey::net {

// As malloc, realloc and free. Blocks of the size of a record's buffer, of a handshake's, and of 1
// to 8 KiB are kept by the thread that releases them, as many as net/record_buffers says, until it
// takes them again or ends.
void* allocate_block(std::size_t size, const char* file, int line);
void* reallocate_block(void* block, std::size_t size, const char* file, int line);
void release_block(void* block, const char* file, int line);

}  // namespace latchkey::net
