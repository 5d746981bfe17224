#include "cli/shell/shell_printer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "catalog/threads/mutex.h"
#include "cli/terminal/terminal.h"

namespace laminar {
namespace {

/// A result of more text than this is not held for the pager.
constexpr std::size_t most_held = 16u << 20;

}  // namespace

/// The target of \o.
struct ShellPrinter::File {
    File(std::string name, int descriptor) : path(std::move(name)), file(descriptor), output(descriptor) {}
    ~File() { close(file); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] std::string failure() const {
        const std::string reason = output.failure();
        return reason.empty() ? reason : fmt::format("cannot write {}: {}", path, reason);
    }

    const std::string path;
    const int file;
    FileOutput output;
};

void ShellPrinter::HeldOutput::write(std::string_view text) {
    if (overflown_) return output_.write(text);
    text_ += text;
    if (text_.size() <= most_held) return;
    overflown_ = true;
    output_.write(std::exchange(text_, {}));
}

std::string ShellPrinter::HeldOutput::take() {
    overflown_ = false;
    return std::exchange(text_, {});
}

ShellPrinter::ShellPrinter(ShellOutput& output, bool interactive)
    : output_(output), interactive_(interactive), held_(output) {
    renew_printers();
}

void ShellPrinter::renew_printers() {
    ResultPrinterOptions options;
    width_ = file_ ? 0 : terminal_width(stdout);
    options.max_width = width_;
    options.box_characters = !file_ && shows_box_characters(stdout);
    options.show_types = interactive_;
    options.show_tags = interactive_ && !file_;
    TextOutput& direct = file_ ? static_cast<TextOutput&>(file_->output) : output_;
    streams_ = make_result_printer(format_, options, direct);
    results_ = make_result_printer(format_, options, interactive_ && !file_ ? static_cast<TextOutput&>(held_) : direct);
}

void ShellPrinter::begin_result(const std::vector<OutputColumn>& columns) {
    const MutexLock lock(mutex_);
    if (!file_ && terminal_width(stdout) != width_) renew_printers();
    results_->begin_result(columns);
}

void ShellPrinter::rows(const ResultTable& rows) {
    const MutexLock lock(mutex_);
    results_->rows(rows);
}

void ShellPrinter::end_result() {
    const MutexLock lock(mutex_);
    results_->end_result();
}

void ShellPrinter::stream_rows(std::string_view stream, const ResultTable& rows) {
    const MutexLock lock(mutex_);
    streams_->stream_rows(stream, rows);
}

void ShellPrinter::stream_failed(std::string_view, std::string_view reason) {
    const MutexLock lock(mutex_);
    output_.write(fmt::format("(the subscription has failed: {})\n", reason));
    has_failed_stream_ = true;
}

bool ShellPrinter::take_stream_failure() {
    const MutexLock lock(mutex_);
    return std::exchange(has_failed_stream_, false);
}

void ShellPrinter::done(std::string_view tag) {
    const MutexLock lock(mutex_);
    results_->done(tag);
}

void ShellPrinter::set_format(OutputFormat format) {
    const MutexLock lock(mutex_);
    format_ = format;
    renew_printers();
}

OutputFormat ShellPrinter::format() const {
    const MutexLock lock(mutex_);
    return format_;
}

std::string ShellPrinter::redirect(const std::string& path) {
    std::shared_ptr<File> file;
    if (!path.empty()) {
        const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (descriptor < 0) return fmt::format("cannot write {}: {}", path, std::generic_category().message(errno));
        file = std::make_shared<File>(path, descriptor);
    }
    std::string failure;
    const MutexLock lock(mutex_);
    if (file_) failure = file_->failure();
    file_.swap(file);  // The printers must not outlive what they write to: they are renewed before the old file goes.
    renew_printers();
    return failure;
}

std::string ShellPrinter::take_result() {
    const MutexLock lock(mutex_);
    return held_.take();
}

bool ShellPrinter::file_has_failed() const {
    const MutexLock lock(mutex_);
    return file_ && file_->output.is_closed();
}

bool ShellPrinter::is_closed() const {
    const MutexLock lock(mutex_);
    return output_.is_closed() || (file_ && file_->output.is_closed());
}

}  // namespace laminar
