// Line editing by libedit. Its own signal handling is off: signals come through LineReader::interrupt, and the reading
// of single characters is ours, so that rows of streams can appear above the line while it is edited.
#include <fmt/format.h>
#include <histedit.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cwchar>
#include <filesystem>

#include "cli/line_reader.h"

namespace laminar {
namespace {

constexpr int history_length = 1000;

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
        el_set(editor_, EL_GETCFN, &LineEditor::character_read);
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

    void remember(std::string_view text) override {
        if (text.empty()) return;
        HistEvent event;
        history(history_, &event, H_ENTER, std::string(text).c_str());
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
                    // Ends the line for libedit; read throws it away.
                    outcome_ = Outcome::interrupted;
                    std::fputs("^C", stdout);
                    *character = L'\n';
                    return 1;
                case Event::text_waits:
                    show_waiting_text();
                    continue;
                case Event::input:
                    break;
            }
            char byte = 0;
            const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return static_cast<int>(count);
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
    std::string prompt_;
    Outcome outcome_ = Outcome::line;
};

}  // namespace

std::unique_ptr<LineReader> make_line_editor(ShellOutput& output, const std::string& history_file) {
    return std::make_unique<LineEditor>(output, history_file);
}

}  // namespace laminar
