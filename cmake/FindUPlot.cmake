# Finds uPlot, the charts of the page: UPlot_ROOT (with uPlot.iife.min.js, uPlot.min.css and LICENSE), else where
# scripts/setup puts it. Sets UPlot_DIRECTORY.
set(_uplot_cache "$ENV{XDG_CACHE_HOME}")
if(NOT _uplot_cache)
  set(_uplot_cache "$ENV{HOME}/.cache")
endif()

find_path(UPlot_DIRECTORY uPlot.iife.min.js HINTS "${_uplot_cache}/laminar/uplot-1.6.32")
mark_as_advanced(UPlot_DIRECTORY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(UPlot
  REQUIRED_VARS UPlot_DIRECTORY
  REASON_FAILURE_MESSAGE "run scripts/setup, or give -DUPlot_ROOT=DIR with uPlot.iife.min.js, uPlot.min.css and LICENSE")
