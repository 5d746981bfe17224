#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "cli/result/result_printer.h"
#include "cli/shell/shell_output.h"

namespace laminar {

/// Prints what a shell's session shows, in a format and to a place that can change between statements. On a terminal,
/// tables fit its present width, and the text of results is held back until take_result, so that long ones can go
/// through a pager. Thread-safe.
class ShellPrinter : public SessionOutput {
public:
    /// Borrows output. interactive: on a terminal, in front of a user.
    ShellPrinter(ShellOutput& output, bool interactive);

    void begin_result(const std::vector<OutputColumn>& columns) override;
    void rows(const ResultTable& rows) override;
    void end_result() override;
    void stream_rows(std::string_view stream, const ResultTable& rows) override;
    /// Says so.
    void stream_failed(std::string_view stream, std::string_view reason) override;
    void done(std::string_view tag) override;

    /// stream_failed was called since the last time.
    [[nodiscard]] bool take_stream_failure();

    void set_format(OutputFormat format);
    [[nodiscard]] OutputFormat format() const;
    /// Sends what follows to a file, made anew; back to standard output with an empty path. Returns why not, or
    /// nothing.
    [[nodiscard]] std::string redirect(const std::string& path);
    /// What results have printed and nobody has shown yet.
    [[nodiscard]] std::string take_result();
    /// The file could not be written: what was printed since then is lost, and redirect tells why.
    [[nodiscard]] bool file_has_failed() const;
    /// The reader of standard output has gone, or the file cannot be written.
    [[nodiscard]] bool is_closed() const;

private:
    /// Holds text back, up to a bound; what is more goes straight to the output.
    class HeldOutput : public TextOutput {
    public:
        explicit HeldOutput(TextOutput& output) : output_(output) {}
        void write(std::string_view text) override;
        [[nodiscard]] bool is_closed() const noexcept override { return output_.is_closed(); }
        [[nodiscard]] std::string failure() const override { return output_.failure(); }
        [[nodiscard]] std::string take();

    private:
        TextOutput& output_;
        std::string text_;
        bool overflown_ = false;
    };
    struct File;

    void renew_printers() LAMINAR_REQUIRES(mutex_);

    ShellOutput& output_;
    const bool interactive_;
    mutable Mutex mutex_;
    HeldOutput held_ LAMINAR_GUARDED_BY(mutex_);
    OutputFormat format_ LAMINAR_GUARDED_BY(mutex_) = OutputFormat::table;
    std::shared_ptr<File> file_ LAMINAR_GUARDED_BY(mutex_);
    std::unique_ptr<SessionOutput> results_ LAMINAR_GUARDED_BY(mutex_);
    std::unique_ptr<SessionOutput> streams_ LAMINAR_GUARDED_BY(mutex_);
    bool has_failed_stream_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::size_t width_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< That the printers were made for.
};

}  // namespace laminar
