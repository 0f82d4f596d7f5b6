// Defines LATCHKEY_SANITIZED where a sanitizer brings its own functions for memory. Not for
// UndefinedBehaviorSanitizer, which brings none.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LATCHKEY_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LATCHKEY_SANITIZED 1
#endif
#endif
