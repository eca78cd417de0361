# failmx_library(<folder> [DEPENDS <folder>...] [LIBRARIES <target>...])
# The static library failmx_<folder> of server/<folder>. A folder without sources becomes an
# interface library, so that what depends on it needs no special case.
function(failmx_library folder)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/server/${folder}/*.cpp)
  if(sources)
    add_library(failmx_${folder} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(failmx_${folder} PRIVATE failmx_options)
  else()
    add_library(failmx_${folder} INTERFACE)
    set(scope INTERFACE)
  endif()
  list(TRANSFORM arg_DEPENDS PREPEND failmx_)
  target_include_directories(failmx_${folder} ${scope} ${PROJECT_SOURCE_DIR}/server)
  target_link_libraries(failmx_${folder} ${scope} ${arg_DEPENDS} ${arg_LIBRARIES})
endfunction()

# failmx_shipped_library(): scenarios/*.toml compiled into the program as failmx_shipped.
function(failmx_shipped_library)
  file(GLOB scenarios CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scenarios/*.toml)
  set(output ${PROJECT_BINARY_DIR}/generated/shipped.cpp)
  set(script ${PROJECT_SOURCE_DIR}/scripts/cmake/embed.cmake)
  # The list of names is a dependency too: a scenario taken away must vanish from the program.
  set(names ${PROJECT_BINARY_DIR}/generated/shipped.names)
  file(CONFIGURE OUTPUT ${names} CONTENT "${scenarios}")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DNAMES=${names} -DOUTPUT=${output} -P ${script}
    DEPENDS ${scenarios} ${names} ${script}
    COMMENT "Embedding the shipped scenarios"
    VERBATIM
  )
  add_library(failmx_shipped STATIC ${output})
  target_include_directories(failmx_shipped PUBLIC ${PROJECT_SOURCE_DIR}/server)
  target_link_libraries(failmx_shipped PRIVATE failmx_options)
endfunction()
