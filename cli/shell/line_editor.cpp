// Line editing by libedit. Its own signal handling is off: signals come through LineReader::interrupt, and the reading
// of single characters is ours, so that rows of streams can appear above the line while it is edited.
#include <fmt/format.h>
#include <histedit.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cwchar>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/shell/line_reader.h"
#include "cli/terminal/cell_text.h"
#include "cli/terminal/terminal.h"

namespace laminar {
namespace {

constexpr int history_length = 1000;
constexpr std::size_t most_listed = 200;

std::size_t character_count(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// What all candidates begin with, in whole characters.
std::string common_beginning(const std::vector<std::string>& candidates) {
    std::string common = candidates.front();
    for (const std::string& candidate : candidates) {
        const auto [end, ignored] = std::mismatch(common.begin(), common.end(), candidate.begin(), candidate.end());
        common.erase(end, common.end());
    }
    while (!common.empty() && common.size() < candidates.front().size() &&
           (candidates.front()[common.size()] & 0xC0) == 0x80) {
        common.pop_back();
    }
    return common;
}

/// A statement of several lines as one, for a history that recalls it into one line. Line feeds in strings stay.
std::string in_one_line(std::string_view statement) {
    std::string line;
    char quote = '\0';
    for (std::size_t i = 0; i < statement.size(); ++i) {
        const char c = statement[i];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
            line += c;
        } else if (statement.substr(i).starts_with("--")) {
            const std::size_t end = std::min(statement.find('\n', i), statement.size());
            line += fmt::format("/*{} */", statement.substr(i + 2, end - i - 2));
            i = end - 1;
        } else {
            if (c == '\'' || c == '"') quote = c;
            line += c == '\n' ? ' ' : c;
        }
    }
    return line;
}

class LineEditor : public LineReader {
public:
    LineEditor(ShellOutput& output, std::string history_file)
        : output_(output), history_file_(std::move(history_file)) {
        // libedit shows what the locale can show.
        std::setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): before any statement runs.
        editor_ = el_init("laminar", stdin, stdout, stderr);
        el_set(editor_, EL_CLIENTDATA, this);
        el_set(editor_, EL_PROMPT, &LineEditor::show_prompt);
        el_set(editor_, EL_EDITOR, "emacs");
        el_set(editor_, EL_SIGNAL, 0);
        // While a line is edited, Ctrl-C is a character like others, so that what was typed before it and after it
        // stays apart (read tells libedit, which forgets). While a statement runs it is a signal.
        if (termios modes{}; tcgetattr(STDIN_FILENO, &modes) == 0 && modes.c_cc[VINTR] != _POSIX_VDISABLE)
            interrupt_character_ = modes.c_cc[VINTR];
        // The terminal would give the signal of Ctrl-C first and then throw away what has not been shown: also what we
        // write in answer, when we are quick.
        for (const char* mode : {"-d", "-x"}) el_set(editor_, EL_SETTY, mode, "+noflsh", nullptr);
        el_set(editor_, EL_GETCFN, &LineEditor::character_read);
        el_set(editor_, EL_ADDFN, "laminar-complete", "Completes the word", &LineEditor::complete_word);
        el_set(editor_, EL_BIND, "^I", "laminar-complete", nullptr);
        el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
        HistEvent event;
        history_ = history_init();
        history(history_, &event, H_SETSIZE, history_length);
        history(history_, &event, H_SETUNIQUE, 1);
        if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
        el_set(editor_, EL_HIST, history, history_);
        el_source(editor_, nullptr);
    }

    ~LineEditor() override {
        el_end(editor_);
        history_end(history_);
    }
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;

    Outcome read(std::string_view prompt, std::string& line) override {
        prompt_ = prompt;
        outcome_ = Outcome::line;
        // Before the prompt: who sees it may type. libedit itself would see to that after it.
        el_set(editor_, EL_PREP_TERM, 1);
        el_set(editor_, EL_SETTY, "-d", "intr=", nullptr);
        el_resize(editor_);
        output_.begin_editing([this] { wake(); });
        int count = 0;
        const char* text = el_gets(editor_, &count);
        output_.end_editing();
        line.clear();
        if (outcome_ != Outcome::line) return outcome_;
        if (!text || count <= 0) return Outcome::end;
        line.assign(text, static_cast<std::size_t>(count));
        if (line.ends_with('\n')) line.pop_back();
        return Outcome::line;
    }

    void drop_typed_ahead() override { tcflush(STDIN_FILENO, TCIFLUSH); }

    void set_completer(const Completer& completer) override { completer_ = completer; }

    void remember(std::string_view text) override {
        if (text.empty()) return;
        HistEvent event;
        history(history_, &event, H_ENTER, in_one_line(text).c_str());
        if (history_file_.empty()) return;
        std::error_code ignored;  // A shell without a history is still a shell.
        std::filesystem::create_directories(std::filesystem::path(history_file_).parent_path(), ignored);
        history(history_, &event, H_SAVE, history_file_.c_str());
    }

private:
    static LineEditor& self(EditLine* editor) {
        void* data = nullptr;
        el_get(editor, EL_CLIENTDATA, &data);
        return *static_cast<LineEditor*>(data);
    }

    static char* show_prompt(EditLine* editor) { return self(editor).prompt_.data(); }

    static unsigned char complete_word(EditLine* editor, int) { return self(editor).complete(); }

    unsigned char complete() {
        if (!completer_) return CC_ERROR;
        const LineInfo* line = el_line(editor_);
        const std::string_view before(line->buffer, static_cast<std::size_t>(line->cursor - line->buffer));
        const std::string_view after(line->cursor, static_cast<std::size_t>(line->lastchar - line->cursor));
        const Completion completion = completer_(before, after);
        if (completion.candidates.empty()) return CC_REFRESH_BEEP;
        const std::string_view typed = before.substr(before.size() - std::min(completion.length, before.size()));
        std::string text = common_beginning(completion.candidates);
        if (completion.candidates.size() > 1 && text.size() <= typed.size()) {
            list(completion.candidates);
            return CC_REDISPLAY;
        }
        if (completion.candidates.size() == 1 && completion.complete) text += ' ';
        el_deletestr(editor_, static_cast<int>(character_count(typed)));
        el_insertstr(editor_, text.c_str());
        return CC_REFRESH;
    }

    static void list(const std::vector<std::string>& candidates) {
        std::size_t width = 0;
        for (const std::string& candidate : candidates) width = std::max(width, text_width(candidate) + 2);
        const std::size_t columns = std::max<std::size_t>(terminal_width(stdout) / width, 1);
        std::string text;
        for (std::size_t i = 0; i < std::min(candidates.size(), most_listed); ++i) {
            if (i % columns == 0) text += '\n';
            text += candidates[i];
            text.append(width - text_width(candidates[i]), ' ');
        }
        if (candidates.size() > most_listed) text += fmt::format("\n... and {} more", candidates.size() - most_listed);
        text += '\n';
        std::fputs(text.c_str(), stdout);
        std::fflush(stdout);
    }

    /// libedit's contract: 1 with a character, 0 at the end of input, -1 on failure.
    static int character_read(EditLine* editor, wchar_t* character) { return self(editor).read_character(character); }

    int read_character(wchar_t* character) {
        std::mbstate_t state{};
        while (true) {
            switch (wait()) {
                case Event::ended:
                    outcome_ = Outcome::end;
                    return 0;
                case Event::interrupted:
                    return drop_line(character);
                case Event::text_waits:
                    show_waiting_text();
                    continue;
                case Event::resized:
                    el_resize(editor_);
                    el_set(editor_, EL_REFRESH);
                    continue;
                case Event::input:
                    break;
            }
            char byte = 0;
            const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return static_cast<int>(count);
            if (interrupt_character_ && static_cast<unsigned char>(byte) == *interrupt_character_)
                return drop_line(character);
            // NOLINTNEXTLINE(concurrency-mt-unsafe): the state is our own
            const std::size_t length = std::mbrtowc(character, &byte, 1, &state);
            if (length == static_cast<std::size_t>(-2)) continue;  // The character has more bytes.
            if (length == static_cast<std::size_t>(-1)) {
                state = {};
                continue;
            }
            return 1;
        }
    }

    /// Ends the line for libedit; read throws it away.
    int drop_line(wchar_t* character) {
        outcome_ = Outcome::interrupted;
        std::fputs("^C", stdout);
        *character = L'\n';
        return 1;
    }

    void show_waiting_text() {
        const std::string text = output_.take_waiting();
        if (text.empty()) return;
        std::fputs("\r\x1b[J", stdout);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
        el_set(editor_, EL_REFRESH);
    }

    ShellOutput& output_;
    const std::string history_file_;
    EditLine* editor_ = nullptr;
    History* history_ = nullptr;
    Completer completer_;
    std::string prompt_;
    std::optional<unsigned char> interrupt_character_;  ///< Nothing: the terminal has none.
    Outcome outcome_ = Outcome::line;
};

}  // namespace

std::unique_ptr<LineReader> make_line_editor(ShellOutput& output, const std::string& history_file) {
    return std::make_unique<LineEditor>(output, history_file);
}

}  // namespace laminar
