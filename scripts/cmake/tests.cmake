# What tests/CMakeLists.txt says, carried out. Paths are relative to tests/.
set(FAILMX_TEST_DIR ${PROJECT_SOURCE_DIR}/tests)
set(FAILMX_UNIT_TESTS "")

# Catch2 and RapidCheck take longer to parse than most test files: parsed once, reused by all.
# The library failmx_test_support is what tests share beyond headers: tests/support/*.cpp.
function(failmx_test_support)
  set(anchor ${CMAKE_CURRENT_BINARY_DIR}/catch_pch.cpp)
  file(CONFIGURE OUTPUT ${anchor} CONTENT "// Carries the precompiled header of the tests.\n")
  add_library(failmx_catch STATIC ${anchor})
  target_link_libraries(failmx_catch PUBLIC Catch2::Catch2 rapidcheck PRIVATE failmx_options)
  target_precompile_headers(failmx_catch PRIVATE <catch2/catch.hpp> <rapidcheck.h>)

  file(GLOB sources CONFIGURE_DEPENDS ${FAILMX_TEST_DIR}/support/*.cpp)
  if(sources)
    add_library(failmx_test_support STATIC ${sources})
    target_link_libraries(failmx_test_support PRIVATE failmx_options)
    set(scope PUBLIC)
  else()
    add_library(failmx_test_support INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(failmx_test_support ${scope} ${FAILMX_TEST_DIR})
  target_link_libraries(failmx_test_support ${scope} failmx_receiver failmx_shipped)
endfunction()

# failmx_unit_test(<folder> [LIBRARIES <target>...]): <folder>_test, run from the top of the tree.
function(failmx_unit_test folder)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${FAILMX_TEST_DIR}/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  set(target ${folder}_test)
  add_executable(${target} ${sources})
  target_include_directories(${target} PRIVATE ${FAILMX_TEST_DIR})
  target_link_libraries(
    ${target} PRIVATE failmx_${folder} ${arg_LIBRARIES} failmx_options Catch2::Catch2WithMain
                      rapidcheck
  )
  target_precompile_headers(${target} REUSE_FROM failmx_catch)
  set(FAILMX_UNIT_TESTS ${FAILMX_UNIT_TESTS} ${target} PARENT_SCOPE)

  # Cases with a tag [label:x] are discovered on their own, to carry x beside "unit".
  set(labels "")
  foreach(source IN LISTS sources)
    file(STRINGS ${source} lines REGEX "\\[label:[a-z0-9-]+\\]")
    string(REGEX MATCHALL "label:[a-z0-9-]+" found "${lines}")
    list(APPEND labels ${found})
  endforeach()
  list(REMOVE_DUPLICATES labels)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  # Quoted: CMake strips trailing blanks from -D values otherwise.
  set(common TEST_PREFIX "'${folder}: '" WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  list(TRANSFORM labels REPLACE "(.+)" "~[\\1]" OUTPUT_VARIABLE others)
  list(JOIN others "" others)
  catch_discover_tests(
    ${target} TEST_SPEC ${others} ${common} PROPERTIES LABELS unit TIMEOUT 120
  )
  foreach(label IN LISTS labels)
    string(REPLACE "label:" "" name ${label})
    catch_discover_tests(
      ${target} TEST_SPEC "[${label}]" ${common} PROPERTIES LABELS "unit ${name}" TIMEOUT 120
    )
  endforeach()
endfunction()

# Every tests/scripts/x.smtp five times: as it is, split at every byte, cut at every step (virtual
# time, no socket), and against the program, over TCP and inside TLS.
function(failmx_transcripts)
  file(GLOB sources CONFIGURE_DEPENDS ${FAILMX_TEST_DIR}/transcripts/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(transcript_runner ${sources} ${FAILMX_TEST_DIR}/tls/client.cpp)
  target_link_libraries(transcript_runner PRIVATE failmx_test_support failmx_asio failmx_tls
                                                  failmx_options)

  file(GLOB scripts CONFIGURE_DEPENDS ${FAILMX_TEST_DIR}/scripts/*.smtp)
  foreach(script IN LISTS scripts)
    get_filename_component(name ${script} NAME_WLE)
    failmx_transcript("transcript: ${name}" whole ${script})
    failmx_transcript("transcript split: ${name}" split ${script})
    failmx_transcript("transcript cut: ${name}" cut ${script})
    if(TARGET failmx)
      failmx_transcript("transcript tcp: ${name}" tcp ${script} $<TARGET_FILE:failmx>)
      failmx_transcript("transcript tls: ${name}" tls ${script} $<TARGET_FILE:failmx>)
      set_tests_properties("transcript tls: ${name}" PROPERTIES SKIP_RETURN_CODE 77)
    endif()
  endforeach()
endfunction()

function(failmx_transcript name mode script)
  add_test(
    NAME ${name}
    COMMAND transcript_runner ${mode} ${script} ${ARGN}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  )
  set_tests_properties(${name} PROPERTIES LABELS transcript TIMEOUT 200)
endfunction()

# Every tests/e2e/*_test.sh is one entry, every test method in a tests/e2e/*_test.py one: read from
# the text, so a test inherited from a base class is not seen.
function(failmx_end_to_end)
  file(GLOB scripts CONFIGURE_DEPENDS ${FAILMX_TEST_DIR}/e2e/*_test.py
       ${FAILMX_TEST_DIR}/e2e/*_test.sh)
  if(NOT TARGET failmx)
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scripts})
  foreach(script IN LISTS scripts)
    get_filename_component(name ${script} NAME_WLE)
    string(REGEX REPLACE "_test$" "" name ${name})
    set(file_labels e2e)
    set(case_labels "")
    set(class "")
    file(STRINGS ${script} lines REGEX "^ *# labels: |^class [A-Za-z0-9_]+|^ +def test_")
    foreach(line IN LISTS lines)
      if(line MATCHES "^ *# labels: (.+)$")
        string(REGEX MATCHALL "[a-z0-9-]+" words "${CMAKE_MATCH_1}")
        if(line MATCHES "^#" AND NOT class)
          list(APPEND file_labels ${words})
        else()
          set(case_labels ${words})
        endif()
      elseif(line MATCHES "^class ([A-Za-z0-9_]+)")
        set(class ${CMAKE_MATCH_1})
      elseif(line MATCHES "^ +def (test_[A-Za-z0-9_]+)")
        failmx_end_to_end_case("e2e: ${name}: ${CMAKE_MATCH_1}" "${file_labels};${case_labels}"
                               /usr/bin/python3 ${script} ${class}.${CMAKE_MATCH_1})
        set(case_labels "")
      endif()
    endforeach()
    if(script MATCHES "\\.sh$")
      failmx_end_to_end_case("e2e: ${name}" "${file_labels}" bash ${script})
    endif()
  endforeach()
endfunction()

function(failmx_end_to_end_case name labels)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(
    ${name} PROPERTIES LABELS "${labels}" TIMEOUT 400
                       ENVIRONMENT "FAILMX=$<TARGET_FILE:failmx>;PYTHONDONTWRITEBYTECODE=1"
  )
  if("serial" IN_LIST labels)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()

# A check of the tree itself: exit status 0 passes.
function(failmx_check name command)
  add_test(NAME ${name} COMMAND ${command} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS check TIMEOUT 120)
endfunction()

# tests/fuzz/x_fuzz.cpp -> x_fuzz, linked with all that is pure; the target fuzz_targets builds all.
function(failmx_fuzz_targets)
  add_custom_target(fuzz_targets)
  file(GLOB sources CONFIGURE_DEPENDS ${FAILMX_TEST_DIR}/fuzz/*_fuzz.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WLE)
    add_executable(${name} ${source})
    target_include_directories(${name} PRIVATE ${FAILMX_TEST_DIR})
    target_link_libraries(${name} PRIVATE failmx_receiver failmx_verify failmx_tls
                                          failmx_options)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_targets ${name})
  endforeach()
endfunction()

# tests/bench/x_bench.cpp -> x_bench.
function(failmx_benchmarks)
  file(GLOB sources CONFIGURE_DEPENDS ${FAILMX_TEST_DIR}/bench/*_bench.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WLE)
    add_executable(${name} ${source})
    target_include_directories(${name} PRIVATE ${FAILMX_TEST_DIR})
    target_link_libraries(${name} PRIVATE failmx_receiver failmx_shipped failmx_options
                                          benchmark::benchmark_main)
  endforeach()
endfunction()
