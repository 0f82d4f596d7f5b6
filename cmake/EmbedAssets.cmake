# Puts files into the program as bytes, beside each a gzip-ed copy where that pays. The assembler
# includes them, so no compiler has to read megabytes of initialisers. Needs gzip.

find_program(LATCHKEY_GZIP gzip REQUIRED)

# latchkey_embed(<target> [PLAIN <name>=<path>...] [PACKED <name>=<path>...])
# A static library that defines latchkey::app::embedded_files(). PACKED: also as gzip.
function(latchkey_embed target)
  cmake_parse_arguments(EMBED "" "" "PLAIN;PACKED" ${ARGN})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target})
  file(MAKE_DIRECTORY ${folder})
  set(LATCHKEY_BLOBS "")
  set(LATCHKEY_DECLARATIONS "")
  set(LATCHKEY_ROWS "")
  set(inputs "")
  set(index 0)
  foreach(entry IN LISTS EMBED_PLAIN EMBED_PACKED)
    string(REGEX MATCH "^([^=]+)=(.+)$" whole ${entry})
    set(name ${CMAKE_MATCH_1})
    set(path ${CMAKE_MATCH_2})
    list(APPEND inputs ${path})
    latchkey_embed_one(plain_${index} ${path})
    if(entry IN_LIST EMBED_PACKED)
      set(packed ${folder}/${index}.gz)
      add_custom_command(OUTPUT ${packed}
        COMMAND ${LATCHKEY_GZIP} -9 -n -c ${path} > ${packed}
        DEPENDS ${path} COMMENT "Packing ${name}" VERBATIM)
      list(APPEND inputs ${packed})
      latchkey_embed_one(gzip_${index} ${packed})
      set(gzip "bytes(latchkey_gzip_${index}, latchkey_gzip_${index}_size)")
    else()
      set(gzip "{}")
    endif()
    string(APPEND LATCHKEY_ROWS
      "      {\"${name}\", bytes(latchkey_plain_${index}, latchkey_plain_${index}_size), ${gzip}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded.cpp.in ${folder}/embedded.cpp @ONLY)
  set_source_files_properties(${folder}/embedded.cpp PROPERTIES OBJECT_DEPENDS "${inputs}")
  add_library(${target} STATIC ${folder}/embedded.cpp)
  # The file is all assembler: link-time optimisation has nothing to win and partitions it.
  set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
  target_link_libraries(${target} PUBLIC latchkey_settings)
endfunction()

# Adds the assembler lines and the declarations of one blob to the caller's lists. The zero byte
# after it is no part of it.
macro(latchkey_embed_one symbol path)
  string(APPEND LATCHKEY_BLOBS
    "    .global latchkey_${symbol}\n"
    "latchkey_${symbol}:\n"
    "    .incbin \"${path}\"\n"
    "1:  .byte 0\n"
    "    .balign 8\n"
    "    .global latchkey_${symbol}_size\n"
    "latchkey_${symbol}_size:\n"
    "    .quad 1b - latchkey_${symbol}\n")
  string(APPEND LATCHKEY_DECLARATIONS
    "extern const char latchkey_${symbol}[];\n"
    "extern const std::uint64_t latchkey_${symbol}_size;\n")
endmacro()
