# Included by server/CMakeLists.txt: the files of the page, written into page_embedded, a source of the program.
set(page_files
  icon.svg
  index.html
  script/api.js
  script/chart.js
  script/checked_editor.js
  script/completion.js
  script/counters.js
  script/dom.js
  script/editor.js
  script/event_stream.js
  script/format.js
  script/graph_layout.js
  script/keyed_rows.js
  script/main.js
  script/poller.js
  script/relations.js
  script/ring_buffer.js
  script/row_table.js
  script/sparkline.js
  script/sql_tokens.js
  script/status.js
  script/time_series.js
  script/token_prompt.js
  script/views/chart.js
  script/views/graph.js
  script/views/log.js
  script/views/problems.js
  script/views/query.js
  script/views/rows.js
  script/views/running.js
  style/base.css
  style/chart.css
  style/editor.css
  style/tables.css
  style/views.css
)
list(TRANSFORM page_files PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/page/" OUTPUT_VARIABLE page_sources)
list(JOIN page_files "," page_file_list)
set(page_embedded "${CMAKE_CURRENT_BINARY_DIR}/embedded_assets.cpp")
add_custom_command(OUTPUT "${page_embedded}"
  COMMAND "${CMAKE_COMMAND}" -D "OUTPUT=${page_embedded}" -D "SOURCE=${CMAKE_CURRENT_SOURCE_DIR}/page" -D "UPLOT=${UPlot_DIRECTORY}"
    -D "FILES=${page_file_list}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake"
  DEPENDS ${page_sources} "${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake" "${UPlot_DIRECTORY}/uPlot.iife.min.js"
  COMMENT "Embedding the page" VERBATIM)
