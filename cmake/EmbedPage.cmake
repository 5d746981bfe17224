# Writes the files of the page into a .cpp. A script:
#   cmake -D OUTPUT=FILE.cpp -D SOURCE=server/page -D UPLOT=DIRECTORY -D FILES=script/main.js,style/base.css -P EmbedPage.cmake
# FILES are relative to SOURCE, and their path is that of the request. uPlot comes from UPLOT, as a module, with its licence.
string(REPLACE "," ";" files "${FILES}")

set(arrays "")
set(entries "")
set(count 0)

function(embed path type content_hex)
  string(LENGTH "${content_hex}" digits)
  math(EXPR size "${digits} / 2")
  string(SHA256 tag "${content_hex}")
  string(SUBSTRING "${tag}" 0 32 tag)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${content_hex}")
  string(APPEND arrays "constexpr unsigned char content_${count}[] = {${bytes}};\n")
  string(APPEND entries "    {\"${path}\", \"${type}\", \"\\\"${tag}\\\"\", text(content_${count}, ${size})},\n")
  math(EXPR next "${count} + 1")
  set(arrays "${arrays}" PARENT_SCOPE)
  set(entries "${entries}" PARENT_SCOPE)
  set(count ${next} PARENT_SCOPE)
endfunction()

set(type_of_html "text/html; charset=utf-8")
set(type_of_css "text/css; charset=utf-8")
set(type_of_js "text/javascript; charset=utf-8")
set(type_of_svg "image/svg+xml")
foreach(file IN LISTS files)
  cmake_path(GET file EXTENSION LAST_ONLY extension)
  string(SUBSTRING "${extension}" 1 -1 extension)
  if(NOT DEFINED type_of_${extension})
    message(FATAL_ERROR "${file}: of which content type are files of .${extension}?")
  endif()
  file(READ "${SOURCE}/${file}" content HEX)
  embed("/${file}" "${type_of_${extension}}" "${content}")
endforeach()

# What uPlot offers is a script with a global variable: an export makes a module of it.
file(READ "${UPLOT}/uPlot.iife.min.js" content HEX)
string(HEX "\nexport default uPlot;\n" export)
embed("/uplot/uPlot.js" "${type_of_js}" "${content}${export}")
file(READ "${UPLOT}/uPlot.min.css" content HEX)
embed("/uplot/uPlot.css" "${type_of_css}" "${content}")
file(READ "${UPLOT}/LICENSE" content HEX)
embed("/uplot/LICENSE" "text/plain; charset=utf-8" "${content}")

file(WRITE "${OUTPUT}" "// Written by cmake/EmbedPage.cmake.
#include \"server/page/embedded_assets.h\"

namespace laminar {

namespace {

std::string_view text(const unsigned char* bytes, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(bytes), size};
}

${arrays}
const PageAsset assets[] = {
${entries}};

}  // namespace

std::span<const PageAsset> embedded_assets() noexcept { return assets; }

}  // namespace laminar
")
