# The compile and link settings every target of this project shares, and the function that declares
# a layer: one static library that may link only the layers named for it.

# A compiler cache, used where it is installed. Paths are taken relative to this checkout and the
# folder is left out of the key, so that another clone finds what this one has compiled; the
# sloppiness is what ccache asks for with precompiled headers.
find_program(LATCHKEY_CCACHE ccache)
if(LATCHKEY_CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${LATCHKEY_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-g1")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_SANITIZE "${CMAKE_CXX_FLAGS_SANITIZE}")

# What concerns this build alone is no part of an installed package: that is made of the first two
# lines. There, the definitions belong to latchkey_asio, so that a program which has Asio compiled in
# another way can link the layers that have none of it.
add_library(latchkey_settings INTERFACE)
target_compile_features(latchkey_settings INTERFACE $<INSTALL_INTERFACE:cxx_std_20>)
add_library(latchkey_build INTERFACE)
target_link_libraries(latchkey_settings INTERFACE $<BUILD_INTERFACE:latchkey_build>)
target_include_directories(latchkey_build INTERFACE ${PROJECT_SOURCE_DIR}/include)
set(LATCHKEY_ASIO_DEFINITIONS
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION)
target_compile_definitions(latchkey_build INTERFACE
  ${LATCHKEY_ASIO_DEFINITIONS} LATCHKEY_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # gcc 12 reports coroutine frames as maybe uninitialised from -O1 on, and with the sanitizers their
  # deallocation as mismatched.
  target_compile_options(latchkey_build INTERFACE
    -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
else()
  # clang reports what stable_sort and stable_partition of libstdc++ 12 use inside.
  target_compile_options(latchkey_build INTERFACE -Wno-deprecated-declarations)
endif()

if(LATCHKEY_SANITIZE)
  target_compile_options(latchkey_build INTERFACE
    -fsanitize=${LATCHKEY_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(latchkey_build INTERFACE -fsanitize=${LATCHKEY_SANITIZE})
  if(LATCHKEY_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Asio uses atomic_thread_fence, of which gcc warns under this sanitizer.
    target_compile_options(latchkey_build INTERFACE -Wno-tsan)
  endif()
endif()
if(LATCHKEY_FUZZ)
  target_compile_options(latchkey_build INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(LATCHKEY_HARDEN)
  # Everything is linked into position-independent executables only; one setting for all lets all
  # share the precompiled header.
  target_compile_options(latchkey_build INTERFACE
    -fPIE -fstack-protector-strong -fstack-clash-protection
    # It needs optimisation, which the tests are compiled without.
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:LATCHKEY_UNOPTIMISED>>>:-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    target_compile_options(latchkey_build INTERFACE -fcf-protection)
  endif()
  target_link_options(latchkey_build INTERFACE
    -Wl,-z,relro,-z,now,-z,noexecstack $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
endif()
find_program(LATCHKEY_MOLD mold)
if(LATCHKEY_MOLD AND NOT LATCHKEY_LTO)
  target_link_options(latchkey_build INTERFACE -fuse-ld=mold)
endif()

add_library(latchkey_warnings INTERFACE)
target_compile_options(latchkey_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
if(LATCHKEY_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # gcc takes what a source file of a group defines for what a header defines.
  target_compile_options(latchkey_warnings INTERFACE -Wno-subobject-linkage)
endif()

if(LATCHKEY_TIDY)
  find_program(LATCHKEY_CLANG_TIDY clang-tidy-19 REQUIRED)
endif()

# Our own code: warnings are errors, clang-tidy when asked for.
function(latchkey_own target)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:latchkey_warnings>)
  if(LATCHKEY_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY ${LATCHKEY_CLANG_TIDY})
  endif()
  if(LATCHKEY_LTO)
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endfunction()

# Installs a library with the package, as latchkey::<name>, and as latchkey-<name> for pkg-config.
# `ARGN` is what it links.
function(latchkey_export name)
  set_target_properties(latchkey_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY LATCHKEY_EXPORTED ${name})
  set_property(GLOBAL PROPERTY LATCHKEY_LINKS_OF_${name} ${ARGN})
endfunction()

# latchkey_layer(<name> LINKS <targets...> SOURCES <files...> [ASIO])
# ASIO: the layer includes Asio in most files; they share one precompiled header.
function(latchkey_layer name)
  cmake_parse_arguments(LAYER "ASIO" "" "LINKS;SOURCES" ${ARGN})
  set(target latchkey_${name})
  add_library(${target} STATIC ${LAYER_SOURCES})
  add_library(latchkey::${name} ALIAS ${target})
  target_link_libraries(${target} PUBLIC latchkey_settings ${LAYER_LINKS})
  latchkey_export(${name} ${LAYER_LINKS})
  latchkey_own(${target})
  if(LAYER_ASIO)
    latchkey_use_asio_header(${target})
  endif()
endfunction()

# Shares the precompiled Asio header; not with clang-tidy, which reads the sources as they are.
function(latchkey_use_asio_header target)
  if(NOT LATCHKEY_TIDY AND NOT LATCHKEY_FUZZ)
    target_precompile_headers(${target} REUSE_FROM latchkey_precompiled)
  endif()
endfunction()
