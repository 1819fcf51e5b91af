//! One file a command; the only place that strings stages together.

mod affected;
mod bootstrap;
mod check;
mod diff;
mod explain;
mod import;
mod init;
mod list;
mod one;
mod plugin;
mod render;
mod shell;
mod validate;
mod watch;

use std::process::ExitCode;

use crate::cli::{Cli, Command, GlobalArgs};
use crate::discover::Fleet;
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::pipeline::{FleetRun, Options};
use crate::terminal::Terminal;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well, nothing differs.
    Fine = 0,
    /// `check` or `diff` has found differences.
    Differences = 1,
    /// Something went wrong.
    Trouble = 2,
}

impl Exit {
    /// All, by code.
    pub const ALL: [Self; 3] = [Self::Fine, Self::Differences, Self::Trouble];

    /// What scripts may take it for, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Fine => "fine; nothing differs, or nothing of what `--fail-on` names",
            Self::Differences => "differences found (`check`, `diff`)",
            Self::Trouble => {
                "anything that went wrong: a cluster that cannot be rendered, a finding of `validate` that is an error, an unknown option"
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Runs the command; whatever is wrong has been printed when this returns.
#[must_use]
pub fn run(cli: &Cli) -> Exit {
    let session = Session { global: &cli.global, terminal: Terminal::new(cli.global.color_choice(), cli.global.quiet) };
    let result = match &cli.command {
        Command::Init(args) => init::run(&session, args),
        Command::Watch(args) => watch::run(&session, args),
        Command::Completions(args) => shell::completions(&session, args),
        Command::Man(args) => shell::man(&session, args),
        Command::Render(args) => render::run(&session, args),
        Command::Check(args) => check::run(&session, args),
        Command::Diff(args) => diff::run(&session, args),
        Command::Explain(args) => explain::run(&session, args),
        Command::Affected(args) => affected::run(&session, args),
        Command::Validate(args) => validate::run(&session, args),
        Command::List(args) => list::run(&session, args),
        Command::Import(args) => import::run(&session, args),
        Command::Bootstrap(args) => bootstrap::run(&session, args),
        Command::Plugin(args) => plugin::run(&session, args.request),
    };
    result.unwrap_or_else(|finding| {
        session.terminal.finding(&finding);
        Exit::Trouble
    })
}

/// What every command has.
struct Session<'a> {
    global: &'a GlobalArgs,
    terminal: Terminal,
}

impl Session<'_> {
    fn fleet(&self) -> Result<Fleet, Finding> {
        Fleet::find(&self.global.fleet)
    }

    fn options(&self, depth: Depth, allow_findings: bool) -> Options {
        Options { limits: self.global.limits(), jobs: self.global.workers(), allow_findings, depth }
    }

    /// Prints what was found and weighs at least `least`, the fleet's problems last; in the order of the clusters' names.
    fn report<T>(&self, run: &FleetRun<T>, least: Severity) {
        for cluster in &run.clusters {
            cluster.traces.iter().for_each(|line| self.terminal.trace(line));
            let shown = cluster.findings.iter().filter(|finding| finding.severity >= least);
            shown.for_each(|finding| self.terminal.finding(finding));
        }
        run.findings.iter().for_each(|finding| self.terminal.finding(finding));
    }

    /// How wide prose may be, where a terminal shows it.
    fn columns(&self) -> Option<usize> {
        self.terminal.screen().map(|(columns, _)| columns)
    }

    fn print(&self, text: &str) -> Result<(), Finding> {
        self.terminal.data(text).map_err(|e| Finding::refusal(format!("standard output: {e}")))
    }
}
