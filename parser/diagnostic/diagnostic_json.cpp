#include "parser/diagnostic/diagnostic_json.h"

#include "parser/text/json_writer.h"

namespace laminar {

std::string diagnostic_json(const Diagnostic& diagnostic, const std::string& default_file) {
    JsonWriter json;
    json.begin_object();
    json.key("file").text(diagnostic.source ? diagnostic.source->name() : default_file);
    if (diagnostic.source) {
        const SourcePosition begin = diagnostic.source->position(diagnostic.span.begin);
        const SourcePosition end = diagnostic.source->position(diagnostic.span.end);
        json.key("line").number(begin.line).key("column").number(begin.column);
        json.key("end_line").number(end.line).key("end_column").number(end.column);
    }
    json.key("severity").text(severity_name(diagnostic.severity));
    json.key("code").text(diagnostic_code_text(diagnostic.code));
    json.key("message").text(diagnostic.message);
    json.key("hint").text(diagnostic.hint);
    json.end_object();
    return json.take();
}

std::string_view severity_name(Severity severity) noexcept {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            break;
    }
    return "error";
}

}  // namespace laminar
