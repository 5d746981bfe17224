# antlr_grammar(TARGET LEXER lexer.g4 PARSER parser.g4)
# Generates a C++ lexer and parser at build time and compiles them into the static library TARGET.
#
# Generated code does not share our flags: it and the runtime's headers predate C++20's char8_t, and their
# warnings are not ours to fix. It is compiled with optimization even in debug builds, since an
# unoptimized parser is many times slower and nobody steps through it.
find_program(ANTLR4_TOOL antlr4 REQUIRED DOC "The ANTLR 4 tool")
find_path(ANTLR4_RUNTIME_INCLUDE_DIR antlr4-runtime.h PATH_SUFFIXES antlr4-runtime REQUIRED)
find_library(ANTLR4_RUNTIME_LIBRARY antlr4-runtime REQUIRED)
mark_as_advanced(ANTLR4_TOOL ANTLR4_RUNTIME_INCLUDE_DIR ANTLR4_RUNTIME_LIBRARY)

set(_antlr_initialize_late "${CMAKE_CURRENT_LIST_DIR}/AntlrInitializeLate.sed")

function(antlr_grammar target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LEXER;PARSER" "")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  cmake_path(ABSOLUTE_PATH arg_LEXER OUTPUT_VARIABLE lexer_grammar)
  cmake_path(ABSOLUTE_PATH arg_PARSER OUTPUT_VARIABLE parser_grammar)
  cmake_path(GET lexer_grammar STEM lexer)
  cmake_path(GET parser_grammar STEM parser)

  add_custom_command(
    OUTPUT "${output}/${lexer}.cpp" "${output}/${lexer}.h" "${output}/${lexer}.tokens"
    COMMAND "${ANTLR4_TOOL}" -Dlanguage=Cpp -Werror -Xexact-output-dir -o "${output}" "${lexer_grammar}"
    COMMAND sed -i -f "${_antlr_initialize_late}" "${output}/${lexer}.cpp"
    DEPENDS "${lexer_grammar}" "${_antlr_initialize_late}"
    COMMENT "Generating ${lexer}"
    VERBATIM)
  add_custom_command(
    OUTPUT "${output}/${parser}.cpp" "${output}/${parser}.h"
    COMMAND "${ANTLR4_TOOL}" -Dlanguage=Cpp -Werror -no-listener -no-visitor -Xexact-output-dir
            -lib "${output}" -o "${output}" "${parser_grammar}"
    COMMAND sed -i -f "${_antlr_initialize_late}" "${output}/${parser}.cpp"
    DEPENDS "${parser_grammar}" "${output}/${lexer}.tokens" "${_antlr_initialize_late}"
    COMMENT "Generating ${parser}"
    VERBATIM)

  add_library(${target} STATIC "${output}/${lexer}.cpp" "${output}/${parser}.cpp")
  target_compile_options(${target} PUBLIC -fno-char8_t PRIVATE -w -O1)
  target_include_directories(${target} SYSTEM PUBLIC "${output}" "${ANTLR4_RUNTIME_INCLUDE_DIR}")
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} PUBLIC "${ANTLR4_RUNTIME_LIBRARY}")
  target_precompile_headers(${target} PRIVATE <antlr4-runtime.h>)
endfunction()
