//! The only door to stdout and stderr.
//!
//! Data goes to stdout, everything else to stderr. Colour follows the terminal, `NO_COLOR`, `CLICOLOR_FORCE` and `--color`.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::finding::Finding;
use crate::report;

/// Where output goes and how.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    color: ColorChoice,
    quiet: bool,
}

impl Terminal {
    /// `quiet` leaves out status lines and progress, never data nor findings.
    #[must_use]
    pub fn new(color: ColorChoice, quiet: bool) -> Self {
        Self { color, quiet }
    }

    /// Data, as it is. A reader that has gone away (`| head`) is no error.
    ///
    /// # Errors
    /// When stdout cannot be written for another reason.
    pub fn data(self, text: &str) -> io::Result<()> {
        let mut out = AutoStream::new(io::stdout().lock(), self.color);
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Whether whoever read stdout has gone away, so that a command without an end has nobody to go on for. Without a write
    /// only Unix knows; false elsewhere.
    #[must_use]
    pub fn reader_is_gone(self) -> bool {
        #[cfg(unix)]
        {
            use rustix::event::{PollFd, PollFlags, Timespec, poll};
            let out = io::stdout();
            let mut ends = [PollFd::new(&out, PollFlags::empty())];
            let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
            poll(&mut ends, Some(&at_once)).is_ok() && ends[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
        }
        #[cfg(not(unix))]
        false
    }

    /// Columns and lines of the terminal that shows the data; None where it goes elsewhere.
    #[must_use]
    pub fn screen(self) -> Option<(usize, usize)> {
        terminal_size::terminal_size_of(io::stdout()).map(|(columns, lines)| (columns.0.into(), lines.0.into()))
    }

    /// What goes with a status line and is not prose, to be read or copied as it is: a command, a diff.
    pub fn verbatim(self, text: &str) {
        if !self.quiet {
            self.say(&format!("{}\n", text.trim_end()));
        }
    }

    /// One line that says what was done.
    pub fn status(self, text: &str) {
        if !self.quiet {
            let mut line = String::new();
            report::fold(&mut line, text, columns(&io::stderr()), 2);
            self.say(&line);
        }
    }

    /// A problem.
    pub fn finding(self, finding: &Finding) {
        self.say(&report::finding_text(finding, columns(&io::stderr())));
    }

    /// A line of a definition's own (`std.trace`).
    pub fn trace(self, line: &str) {
        self.say(&format!("trace: {}\n", report::visible(line)));
    }

    /// Something that must not happen.
    pub fn defect(what: &str) {
        let finding = Finding::refusal(format!("a defect of cniforge: {what}"))
            .hint("please report it, with the definition if you can: SECURITY.md and CONTRIBUTING.md say where");
        Self::new(ColorChoice::Auto, false).finding(&finding);
    }

    /// A bar that shows itself only on a terminal, and only if the work takes more than a moment.
    #[must_use]
    pub fn progress(self, what: &'static str) -> Progress {
        let wanted = !self.quiet && io::stderr().is_terminal();
        Progress { bar: None, what, wanted, began: Instant::now() }
    }

    /// Nothing can be done about a stderr that cannot be written.
    fn say(self, text: &str) {
        let _ = AutoStream::new(io::stderr().lock(), self.color).write_all(text.as_bytes());
    }
}

fn columns(stream: &io::Stderr) -> Option<usize> {
    terminal_size::terminal_size_of(stream).map(|(columns, _)| columns.0.into())
}

/// See [`Terminal::progress`].
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    what: &'static str,
    wanted: bool,
    began: Instant,
}

impl Progress {
    /// `done` of `total` have ended.
    pub fn update(&mut self, done: usize, total: usize) {
        const MOMENT: Duration = Duration::from_millis(400);
        if !self.wanted || (self.bar.is_none() && self.began.elapsed() < MOMENT) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
            ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr())
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(self.what)
        });
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        if done == total {
            bar.finish_and_clear();
        }
    }
}
