# What `cmake --install` puts where, in two components: `server`, which is the program with its
# configuration and its service, and `development`, which are libraries, headers and the programs for
# development and tests. The folders are those of GNUInstallDirs. A package of both is made by CPack.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(made ${PROJECT_BINARY_DIR}/install)

# The component of each program.
set(programs latchkey latchkey-issuer)
set(component_of_latchkey server)
set(component_of_latchkey-issuer development)
if(TARGET latchkey-bench)
  list(APPEND programs latchkey-bench)
  set(component_of_latchkey-bench development)
endif()

# Manual pages and completions are what the programs print: each is made anew with its program.
function(latchkey_install_documents program component)
  set(folder ${made}/${program})
  file(MAKE_DIRECTORY ${folder})
  set(files "")
  foreach(document "manual-page=1" "completion bash=bash" "completion zsh=zsh" "completion fish=fish")
    string(REPLACE "=" ";" document ${document})
    list(GET document 0 command)
    list(GET document 1 ending)
    separate_arguments(command)
    add_custom_command(OUTPUT ${folder}/${program}.${ending}
      COMMAND ${program} ${command} > ${folder}/${program}.${ending}
      DEPENDS ${program} VERBATIM)
    list(APPEND files ${folder}/${program}.${ending})
  endforeach()
  find_program(LATCHKEY_GZIP gzip REQUIRED)
  add_custom_command(OUTPUT ${folder}/${program}.1.gz
    COMMAND ${LATCHKEY_GZIP} -9 -n -c ${folder}/${program}.1 > ${folder}/${program}.1.gz
    DEPENDS ${folder}/${program}.1 VERBATIM)
  add_custom_target(${program}-documents ALL DEPENDS ${files} ${folder}/${program}.1.gz)
  install(FILES ${folder}/${program}.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
    COMPONENT ${component})
  install(FILES ${folder}/${program}.bash RENAME ${program}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${component})
  install(FILES ${folder}/${program}.zsh RENAME _${program}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${component})
  install(FILES ${folder}/${program}.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT ${component})
endfunction()

# A file for pkg-config, of what the library links. It finds the rest from where it is itself: the
# prefix may be another when it is installed.
file(RELATIVE_PATH LATCHKEY_UP /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
function(latchkey_install_pkg_config name)
  set(LATCHKEY_NAME ${name})
  set(requires "")
  set(libraries "")
  set(LATCHKEY_CFLAGS "")
  get_property(links GLOBAL PROPERTY LATCHKEY_LINKS_OF_${name})
  foreach(link IN LISTS links)
    if(link MATCHES "^latchkey(::|_)(.+)$")
      list(APPEND requires "latchkey-${CMAKE_MATCH_2} = ${PROJECT_VERSION}")
    elseif(link STREQUAL OpenSSL::SSL)
      list(APPEND requires libssl)
    elseif(link STREQUAL OpenSSL::Crypto)
      list(APPEND requires libcrypto)
    elseif(link STREQUAL SQLite::SQLite3)
      list(APPEND requires sqlite3)
    elseif(link STREQUAL PostgreSQL::PostgreSQL)
      list(APPEND requires libpq)
    elseif(link MATCHES "^(fmt|spdlog|tomlplusplus)::")
      list(APPEND requires ${CMAKE_MATCH_1})
    elseif(link STREQUAL Threads::Threads)
      list(APPEND libraries -pthread)
    elseif(link MATCHES "^Boost::(.+)$")
      if(NOT link STREQUAL Boost::headers)
        list(APPEND libraries -lboost_${CMAKE_MATCH_1})
      endif()
    elseif(link MATCHES "^[a-z]+$")
      list(APPEND libraries -l${link})
    else()
      message(FATAL_ERROR "what ${link} is to pkg-config is not known")
    endif()
  endforeach()
  if(name STREQUAL asio)
    list(TRANSFORM LATCHKEY_ASIO_DEFINITIONS PREPEND -D OUTPUT_VARIABLE LATCHKEY_CFLAGS)
    list(JOIN LATCHKEY_CFLAGS " " LATCHKEY_CFLAGS)
  endif()
  list(JOIN requires ", " LATCHKEY_REQUIRES)
  list(JOIN libraries " " LATCHKEY_LIBRARIES)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/latchkey.pc.in ${made}/pkgconfig/latchkey-${name}.pc @ONLY)
  install(FILES ${made}/pkgconfig/latchkey-${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endfunction()

# The libraries, one a layer, with what they share.
get_property(exported GLOBAL PROPERTY LATCHKEY_EXPORTED)
list(TRANSFORM exported PREPEND latchkey_ OUTPUT_VARIABLE libraries)
set_target_properties(latchkey_settings PROPERTIES EXPORT_NAME settings)
install(TARGETS ${libraries} latchkey_settings EXPORT latchkey
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/latchkey DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development FILES_MATCHING PATTERN "*.hpp")
foreach(name IN LISTS exported)
  latchkey_install_pkg_config(${name})
endforeach()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/latchkey)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/latchkeyConfig.cmake.in
  ${made}/latchkeyConfig.cmake INSTALL_DESTINATION ${package_folder})
# Below 1.0.0 a new minor version may break what was made for the one before.
write_basic_package_version_file(${made}/latchkeyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${made}/latchkeyConfig.cmake ${made}/latchkeyConfigVersion.cmake
  DESTINATION ${package_folder} COMPONENT development)
install(EXPORT latchkey NAMESPACE latchkey:: FILE latchkeyTargets.cmake
  DESTINATION ${package_folder} COMPONENT development)

# The programs.
if(LATCHKEY_PROGRAMS)
  foreach(program IN LISTS programs)
    install(TARGETS ${program} DESTINATION ${CMAKE_INSTALL_BINDIR}
      COMPONENT ${component_of_${program}})
    latchkey_install_documents(${program} ${component_of_${program}})
  endforeach()

  # Where they are read from is known when they are installed: under /usr it is /etc.
  configure_file(${PROJECT_SOURCE_DIR}/cmake/InstallService.cmake.in ${made}/InstallService.cmake @ONLY)
  install(SCRIPT ${made}/InstallService.cmake COMPONENT server)
  install(FILES conf/latchkey.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/latchkey
    COMPONENT server)
  install(FILES conf/latchkey.toml conf/edge.toml conf/mcp.toml conf/notes.toml
    DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT server)
  install(DIRECTORY conf/grafana conf/prometheus DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
    COMPONENT server)
  install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT server)
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT server
    PATTERN pictures EXCLUDE)
  install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT server)
endif()
