# Every library from outside, as a target. Packages without a CMake file of their own are found by
# header and library name, so that no pkg-config is needed.
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)

# failmx_external(<name> HEADER <h> [LIBRARY <lib>]): target failmx_<name>.
function(failmx_external name)
  cmake_parse_arguments(arg "" "HEADER;LIBRARY" "" ${ARGN})
  find_path(FAILMX_${name}_INCLUDE ${arg_HEADER} REQUIRED)
  add_library(failmx_${name} INTERFACE)
  if(arg_LIBRARY)
    find_library(FAILMX_${name}_LIBRARY ${arg_LIBRARY} REQUIRED)
    target_link_libraries(failmx_${name} INTERFACE ${FAILMX_${name}_LIBRARY})
  endif()
endfunction()

failmx_external(expected HEADER tl/expected.hpp)
failmx_external(re2 HEADER re2/re2.h LIBRARY re2)
failmx_external(xxhash HEADER xxhash.h LIBRARY xxhash)

# Asio and Beast are headers (as Boost.System is); what of them is no template is compiled once here
# instead of in every file that includes them: a file of net/ then takes half the time.
foreach(part IN ITEMS asio/impl beast)
  string(MAKE_C_IDENTIFIER ${part} name)
  set(source ${PROJECT_BINARY_DIR}/generated/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include <boost/${part}/src.hpp>\n")
  list(APPEND asio_sources ${source})
endforeach()
add_library(failmx_asio STATIC ${asio_sources})
target_link_libraries(failmx_asio PUBLIC Boost::headers Threads::Threads)
target_compile_definitions(failmx_asio PUBLIC BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
                                              BOOST_BEAST_SEPARATE_COMPILATION)
