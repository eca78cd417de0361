# Compiler settings shared by all targets of this project, carried by the interface target
# failmx_options (our warnings) and, for sanitizers only, by directory-wide flags: every object in
# one program must be instrumented alike.
find_program(FAILMX_CCACHE ccache)
if(FAILMX_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Told that defines and times may differ, ccache takes precompiled headers; with paths relative to
  # the tree, one build folder or clone profits from another.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${FAILMX_CCACHE})
endif()

find_program(FAILMX_MOLD mold)
if(FAILMX_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(Threads REQUIRED)

add_library(failmx_options INTERFACE)
target_compile_features(failmx_options INTERFACE cxx_std_20)
target_compile_options(failmx_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                -Wswitch-enum -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Clang analyses and fuzzes; GCC is the compiler. Its -Wconversion is meant, not Clang's wider one.
  target_compile_options(failmx_options INTERFACE -Wno-sign-conversion -Wno-unused-private-field
                                                  -Wthread-safety)
endif()
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

# Unoptimised: compiling the tests takes twice as long with -O1, running them hardly less.
if(FAILMX_SANITIZE STREQUAL "asan")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(FAILMX_SANITIZE STREQUAL "tsan")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC warns about atomic_thread_fence in Asio's headers even though they are system headers.
    add_compile_options(-Wno-tsan)
  endif()
elseif(FAILMX_SANITIZE)
  message(FATAL_ERROR "FAILMX_SANITIZE is '${FAILMX_SANITIZE}': expected asan, tsan or nothing")
endif()

if(FAILMX_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "FAILMX_FUZZ needs clang: configure with -DCMAKE_CXX_COMPILER=clang++-14")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -O1
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
