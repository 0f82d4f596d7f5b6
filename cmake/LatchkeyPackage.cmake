# The packages for Debian that `cpack` makes: latchkey, and latchkey-dev with libraries, headers and
# the programs for development. What is in which says LatchkeyInstall.cmake.

# Debian's changelog names the revision of the package as well.
file(STRINGS ${PROJECT_SOURCE_DIR}/packaging/debian/changelog newest LIMIT_COUNT 1)
if(NOT newest MATCHES "^latchkey \\(${PROJECT_VERSION}-([0-9]+)\\)")
  message(FATAL_ERROR "packaging/debian/changelog does not begin with version ${PROJECT_VERSION}")
endif()
set(CPACK_DEBIAN_PACKAGE_RELEASE ${CMAKE_MATCH_1})

# The changelogs, packed as Debian wants them.
find_program(LATCHKEY_GZIP gzip REQUIRED)
function(latchkey_install_packed from name package component)
  set(packed ${PROJECT_BINARY_DIR}/install/${name}.gz)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
  execute_process(COMMAND ${LATCHKEY_GZIP} -9 -n -c ${PROJECT_SOURCE_DIR}/${from}
    OUTPUT_FILE ${packed} COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${packed} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endfunction()
foreach(one "latchkey=server" "latchkey-dev=development")
  string(REPLACE "=" ";" one ${one})
  list(GET one 0 package)
  list(GET one 1 component)
  latchkey_install_packed(CHANGELOG.md changelog ${package} ${component})
  latchkey_install_packed(packaging/debian/changelog changelog.Debian ${package} ${component})
endforeach()
install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/latchkey-dev
  COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME latchkey)
set(CPACK_PACKAGE_VENDOR "latchkey maintainers")
set(CPACK_PACKAGE_CONTACT "latchkey maintainers <maintainers@latchkey.invalid>")
set(CPACK_COMPONENTS_ALL server development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_SERVER_PACKAGE_NAME latchkey)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION httpd)
set(CPACK_DEBIAN_SERVER_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_SERVER_PACKAGE_RECOMMENDS "ca-certificates")
# The first line of both is the project's description.
set(CPACK_DEBIAN_SERVER_DESCRIPTION "It checks the tokens of requests against the keys that an identity provider
publishes, guards routes by scope, and forwards to the API behind it what may
pass.")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
  ${PROJECT_SOURCE_DIR}/packaging/debian/postrm
  ${PROJECT_SOURCE_DIR}/packaging/debian/conffiles)

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME latchkey-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libboost1.81-dev, libboost-json1.81-dev, libboost-url1.81-dev, libssl-dev, libsqlite3-dev, libpq-dev, libfmt-dev, libspdlog-dev, libtomlplusplus-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS latchkey)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "The layers of latchkey as static libraries, with their headers, CMake package
and files for pkg-config; a development identity provider and a load tool.")
include(CPack)
