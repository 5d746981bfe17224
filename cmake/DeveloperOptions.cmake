# Flags that every target of ours shares, on one interface target: laminar_options.
# Generated code (the ANTLR parser) does not use it.
option(LAMINAR_WARNINGS_AS_ERRORS "Treat warnings in our own code as errors" ON)
set(LAMINAR_SANITIZE "" CACHE STRING "Sanitizers for every target: address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Where there is memory for it, GCC need not collect its garbage, which takes a tenth of the time of a source.
cmake_host_system_information(RESULT _memory_mib QUERY TOTAL_PHYSICAL_MEMORY)
cmake_host_system_information(RESULT _processors QUERY NUMBER_OF_LOGICAL_CORES)
math(EXPR _memory_each "${_memory_mib} / ${_processors}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND _memory_each GREATER 2000)
  add_compile_options(--param=ggc-min-heapsize=1000000)
endif()

add_library(laminar_options INTERFACE)
target_include_directories(laminar_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(laminar_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
# GCC 12's flow analysis, which only runs when optimizing, reports these inside the standard library and Asio's
# coroutines where nothing is wrong (GCC bugs 105329, 105651, 107852 and others). Debug builds and clang-tidy see the rest.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(laminar_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
                                                   -Wno-array-bounds -Wno-maybe-uninitialized -Wno-free-nonheap-object
                                                   -Wno-mismatched-new-delete)
endif()
if(LAMINAR_WARNINGS_AS_ERRORS)
  target_compile_options(laminar_options INTERFACE -Werror)
endif()

option(LAMINAR_FUZZ "Programs of libFuzzer in tests/fuzz/, and coverage for them everywhere; needs Clang" OFF)
if(LAMINAR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "LAMINAR_FUZZ needs Clang: -DCMAKE_CXX_COMPILER=clang++-16, or the preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(LAMINAR_SANITIZE)
  add_compile_options(-fsanitize=${LAMINAR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LAMINAR_SANITIZE})
  # Boost.Asio has fences, of which GCC warns that the thread sanitizer does not see them.
  if(LAMINAR_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)
  endif()
endif()

# laminar_precompile(TARGET [header ...]): what most sources of a folder include, parsed once, with further headers of
# its own. Sources still include what they use: clang-tidy compiles them without.
function(laminar_precompile target)
  target_precompile_headers(${target} PRIVATE
    <algorithm> <chrono> <cstdint> <functional> <map> <memory> <optional> <string> <string_view> <utility> <variant>
    <vector> <fmt/format.h> ${ARGN})
endfunction()

# Linking takes seconds for each program, or one with mold.
find_program(MOLD_PROGRAM mold)
mark_as_advanced(MOLD_PROGRAM)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
