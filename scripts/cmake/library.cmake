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

# failmx_shipped_library(): scenarios/*.toml and server/policies/*.toml compiled into the program as
# failmx_shipped.
function(failmx_shipped_library)
  set(output ${PROJECT_BINARY_DIR}/generated/shipped.cpp)
  set(script ${PROJECT_SOURCE_DIR}/scripts/cmake/embed.cmake)
  set(inputs "")
  set(lists "")
  foreach(folder IN ITEMS scenarios server/policies)
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.toml)
    get_filename_component(kind ${folder} NAME)
    # The list of names is a dependency too: a file taken away must vanish from the program.
    set(names ${PROJECT_BINARY_DIR}/generated/${kind}.names)
    file(CONFIGURE OUTPUT ${names} CONTENT "${files}")
    list(APPEND inputs ${files} ${names})
    string(TOUPPER ${kind} kind)
    list(APPEND lists -D${kind}=${names})
  endforeach()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} ${lists} -DOUTPUT=${output} -P ${script}
    DEPENDS ${inputs} ${script}
    COMMENT "Embedding the shipped scenarios and policies"
    VERBATIM
  )
  add_library(failmx_shipped STATIC ${output})
  target_include_directories(failmx_shipped PUBLIC ${PROJECT_SOURCE_DIR}/server)
  target_link_libraries(failmx_shipped PRIVATE failmx_options)
endfunction()
