#include <fmt/format.h>

#include <string_view>

#include "cli/reference/command_reference.h"
#include "cli/report/version.h"

namespace laminar {
namespace {

/// Text that roff takes as it is: no escapes, no requests at the beginning of a line, minus signs that can be copied.
std::string roff(std::string_view text) {
    std::string escaped;
    bool line_begins = true;
    for (const char c : text) {
        if (line_begins && (c == '.' || c == '\'')) escaped += "\\&";
        line_begins = c == '\n';
        if (c == '\\') {
            escaped += "\\e";
        } else if (c == '-') {
            escaped += "\\-";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

}  // namespace

std::string manual_page(const std::vector<CommandReference>& commands) {
    std::string page = fmt::format(".TH LAMINAR 1 \"\" \"laminar {}\" \"Laminar\"\n", program_version());
    page += ".SH NAME\nlaminar \\- SQL for WebSocket streams\n.SH SYNOPSIS\n";
    for (const CommandReference& command : commands) {
        if (!command.name.empty()) page += fmt::format(".B {}\n.br\n", roff(usage_text(command)));
    }
    page +=
        ".SH DESCRIPTION\nConnections, tables, views and pipelines are declared in SQL. Laminar checks them, opens the "
        "connections, turns messages into typed rows, runs SQL over them and sends results out. Rows go to standard "
        "output; messages, logs and progress go to standard error.\n";
    for (const CommandReference& command : commands) {
        page += command.name.empty() ? std::string(".SH OPTIONS\n")
                                     : fmt::format(".SH LAMINAR {}\n{}.\n", roff(command.name), roff(command.help));
        for (const ArgumentReference& argument : command.arguments) {
            page += fmt::format(".TP\n\\fB{}\\fR", roff(fmt::format("{}", fmt::join(argument.names, ", "))));
            if (!argument.value.empty() && !argument.positional)
                page += fmt::format(" \\fI{}\\fR", roff(argument.value));
            page += fmt::format("\n{}\n", roff(argument.help));
        }
        if (!command.footer.empty()) page += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(command.footer));
    }
    page +=
        ".SH ENVIRONMENT\n.TP\n\\fBLAMINAR_SECRET_\\fINAME\\fR\nThe value of ${secret:name}, when neither "
        "\\-\\-secrets\\-dir nor \\-\\-env\\-file has it.\n.TP\n\\fBNO_COLOR\\fR\nNo colours, if set.\n.TP\n"
        "\\fBLAMINAR_PAGER\\fR, \\fBPAGER\\fR\nShows long results of the shell; less, if neither is set.\n.TP\n"
        "\\fBXDG_STATE_HOME\\fR\nWhere the shell keeps its history, in laminar/history; ~/.local/state by default.\n";
    return page;
}

}  // namespace laminar
