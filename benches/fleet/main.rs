//! How long a fleet takes, and where the time goes. `README.md` beside this folder explains every line that is printed.
//!
//! ```text
//! cargo bench --bench fleet -- [--clusters 1000] [--only render,stages | --pack FILE] [--chart DIR] [--keep DIR] [--format json]
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measures")]

mod generate;
mod measure;
mod pack;
mod peers;
mod report;
mod stages;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::{Parser, ValueEnum};
use cniforge::limits::MeteredAllocator;

use self::generate::{Cluster, OVERLAY_EDIT, OVERLAYS};
use self::measure::Usage;
use self::report::{Aim, Report};
use self::stages::Stages;

/// What the program itself has, so that stages cost here what they cost there.
#[global_allocator]
static ALLOCATOR: MeteredAllocator<mimalloc::MiMalloc> = MeteredAllocator(mimalloc::MiMalloc);

/// Measures cniforge on a generated fleet of Cilium clusters.
#[derive(Debug, Parser)]
struct Options {
    /// How many clusters the fleet has
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_20)]
    clusters: usize,
    /// How often each run of the whole fleet is repeated; the median is shown
    #[arg(long, value_name = "N", default_value_t = 5)]
    repeat: usize,
    /// The parts to run [default: all]
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// The official chart, unpacked, for `helm template` [default: `$CNIFORGE_BENCH_CHART`]
    #[arg(long, value_name = "DIR")]
    chart: Option<PathBuf>,
    /// Measure the cases of this conformance pack instead of the generated fleet: a cold run, and CPU time by stage
    #[arg(long, value_name = "FILE", conflicts_with_all = ["clusters", "only", "chart"])]
    pack: Option<PathBuf>,
    /// How many clusters helm, tk and jsonnet get; they are slow
    #[arg(long, value_name = "N", default_value_t = 20)]
    sample: usize,
    /// Generate into this folder and leave everything there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Another program than the one that was built with the benchmark
    #[arg(long, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_cniforge"), hide_default_value = true)]
    binary: PathBuf,
    #[arg(long, default_value = "table")]
    format: Format,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
    /// In a process of its own: run the stages over the fleet in this folder and print them as JSON
    #[arg(long, hide = true, value_name = "DIR")]
    stages_in: Option<PathBuf>,
    /// There, clusters with error findings are measured too
    #[arg(long, hide = true, requires = "stages_in")]
    allow_findings: bool,
}

fn at_least_20(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (20..=1365).contains(n)).ok_or_else(|| "a number from 20 to 1365".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The fleet cold, unchanged and with one overlay line changed, beside `cp -r` of its tree
    Render,
    /// One cluster of the fleet
    One,
    /// Fleets of a tenth and of three times the size
    Sizes,
    /// CPU time by stage
    Stages,
    /// System calls, counted by strace
    Syscalls,
    /// `helm template`
    Helm,
    /// `tk export`
    Tk,
    /// `jsonnet -J lib`
    Jsonnet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(folder) = &options.stages_in {
        return match stages::run(folder, options.allow_findings) {
            Ok(stages) => {
                println!("{}", serde_json::to_string(&stages).expect("stages are plain data"));
                ExitCode::SUCCESS
            }
            Err(problem) => fail(&problem),
        };
    }
    match Bench::new(options).and_then(Bench::run) {
        Ok(text) => {
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(problem: &str) -> ExitCode {
    eprintln!("error: {problem}");
    ExitCode::FAILURE
}

struct Bench {
    options: Options,
    work: PathBuf,
    report: Report,
    /// How many folders were moved out of the way.
    set_aside: usize,
    /// Wall of a cold run and of `cp -r`; CPU of a cluster in a cold run and before writing.
    seen: Seen,
}

/// A part: gets the fleet, adds to the report.
type Measure = fn(&mut Bench, &Path) -> io::Result<()>;

#[derive(Default)]
struct Seen {
    cold: Option<Usage>,
    copy: Option<Usage>,
    before_writing: Option<f64>,
    evaluate: Option<f64>,
    largest_peak: u64,
}

impl Bench {
    fn new(options: Options) -> io::Result<Self> {
        let work = options.keep.clone().unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("fleet-bench"));
        fs::create_dir_all(&work)?;
        Ok(Self { options, work: work.canonicalize()?, report: Report::default(), set_aside: 0, seen: Seen::default() })
    }

    fn run(mut self) -> io::Result<String> {
        if let Some(pack) = self.options.pack.clone() {
            return self.pack(&pack);
        }
        let fleet = self.fleet("fleet", self.options.clusters)?;
        let parts: [(Part, Measure); 8] = [
            (Part::Render, Self::render),
            (Part::One, Self::one),
            (Part::Sizes, Self::sizes),
            (Part::Stages, |this, fleet| this.stages(fleet, &[])),
            (Part::Syscalls, Self::syscalls),
            (Part::Helm, Self::helm),
            (Part::Tk, Self::tk),
            (Part::Jsonnet, Self::jsonnet),
        ];
        let load = || fs::read_to_string("/proc/loadavg").ok().and_then(|l| Some(l.split(' ').next()?.to_owned()));
        let before = load();
        for (part, measure) in parts {
            if self.options.only.is_empty() || self.options.only.contains(&part) {
                eprintln!("{part:?} …");
                if let Err(error) = measure(&mut self, &fleet) {
                    self.report.note(format!("{part:?} failed: {error}"));
                }
            }
        }
        if self.seen.largest_peak > 0 {
            let peak = report::ratio(self.seen.largest_peak, 1_000_000);
            self.report.ratio("peak memory of the largest fleet", Some(peak), " MB", Aim::AtMost(200.0));
        }
        if let (Some(before), Some(cores)) = (before, std::thread::available_parallelism().ok()) {
            self.report.note(format!("{cores} cores; load average {before} at the start"));
        }
        self.end()
    }

    fn end(self) -> io::Result<String> {
        if self.options.keep.is_none() {
            fs::remove_dir_all(&self.work)?;
        }
        Ok(match self.options.format {
            Format::Table => self.report.text(),
            Format::Json => self.report.json(),
        })
    }

    /// Everything that Cilium's values can say, instead of what a fleet looks like.
    fn pack(mut self, pack: &Path) -> io::Result<String> {
        let fleet = self.work.join("pack");
        let _ = fs::remove_dir_all(&fleet);
        let count = pack::write_fleet(pack, &fleet)?;
        self.cniforge(&fleet, &["render", "--allow-findings"])?;
        let mut runs = Vec::new();
        for _ in 0..self.options.repeat.max(1) {
            self.set_aside(&fleet.join("rendered"))?;
            runs.push(self.cniforge(&fleet, &["render", "--allow-findings"])?);
        }
        let files = peers::files_below(&fleet.join("rendered"))?.len();
        self.report.run("render of the pack, cold", Usage::median(&runs), count, format!("{files} files"));
        self.stages(&fleet, &["--allow-findings"])?;
        self.end()
    }

    fn fleet(&self, name: &str, clusters: usize) -> io::Result<PathBuf> {
        let folder = self.work.join(name);
        let _ = fs::remove_dir_all(&folder);
        generate::write_fleet(&folder, clusters)?;
        Ok(folder)
    }

    /// Moves a folder out of the way and lets the disk come to rest, so that the next run does not pay for it.
    ///
    /// Nothing is deleted before the end: ext4 without a journal skips the inodes of deleted files for some minutes, one by
    /// one for each new file, and 30,000 of them make every write twenty times slower.
    fn set_aside(&mut self, folder: &Path) -> io::Result<()> {
        let aside = self.work.join("aside");
        fs::create_dir_all(&aside)?;
        match fs::rename(folder, aside.join(self.set_aside.to_string())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => self.set_aside += 1,
        }
        let _ = Command::new("sync").status();
        Ok(())
    }

    fn cniforge(&self, fleet: &Path, arguments: &[&str]) -> io::Result<Usage> {
        let mut command = Command::new(&self.options.binary);
        measure::run(command.arg("--fleet").arg(fleet).args(arguments).stdout(Stdio::null()))
    }

    /// As `measure`, several times; the one in the middle.
    fn median(&self, mut measure: impl FnMut(&Self) -> io::Result<Usage>) -> io::Result<Usage> {
        let runs: Vec<Usage> = (0..self.options.repeat.max(1)).map(|_| measure(self)).collect::<Result<_, _>>()?;
        Ok(Usage::median(&runs))
    }

    fn render(&mut self, fleet: &Path) -> io::Result<()> {
        let count = self.options.clusters;
        let (rendered, copy) = (fleet.join("rendered"), self.work.join("copy"));
        // Once for the page cache.
        self.cniforge(fleet, &["render"])?;
        let (mut renders, mut copies) = (Vec::new(), Vec::new());
        for _ in 0..self.options.repeat.max(1) {
            self.set_aside(&rendered)?;
            renders.push(self.cniforge(fleet, &["render"])?);
            self.set_aside(&copy)?;
            copies.push(measure::run(Command::new("cp").arg("-r").arg(&rendered).arg(&copy))?);
        }
        let (cold, copy_run) = (Usage::median(&renders), Usage::median(&copies));
        let files = peers::files_below(&rendered)?;
        let megabytes = files.iter().map(|(_, size)| size).sum::<u64>() / 1_000_000;
        self.report.run("render, cold", cold, count, format!("{} files, {megabytes} MB", files.len()));
        self.report.run("cp -r of its tree", copy_run, count, "the floor; alternating with the line above");
        let unchanged = self.median(|this| this.cniforge(fleet, &["render"]))?;
        self.report.run("render, nothing changed", unchanged, count, "evaluates nothing");
        let fresh = self.median(|this| this.cniforge(fleet, &["render", "--fresh"]))?;
        self.report.run("render --fresh, nothing changed", fresh, count, "evaluates all, writes nothing");
        let check = self.median(|this| this.cniforge(fleet, &["check"]))?;
        self.report.run("check, nothing changed", check, count, "evaluates all and compares");
        let overlay = fleet.join("overlays/production.libsonnet");
        let mut lines = OVERLAY_EDIT;
        let edited = self.median(|this| {
            let text = fs::read_to_string(&overlay)?;
            fs::write(&overlay, text.replace(lines[0], lines[1]))?;
            lines.reverse();
            this.cniforge(fleet, &["render"])
        })?;
        self.report.run("render, one overlay line changed", edited, count, "the overlay of a third of the clusters");
        generate::write_fleet(fleet, count)?;
        let against_copy = |usage: Usage| Some(usage.wall.as_secs_f64() / copy_run.wall.as_secs_f64());
        self.report.ratio("cold run / cp -r, wall", against_copy(cold), "", Aim::AtMost(1.0));
        self.report.ratio("nothing changed / cp -r, wall", against_copy(unchanged), "", Aim::AtMost(0.2));
        (self.seen.cold, self.seen.copy) = (Some(cold), Some(copy_run));
        self.note_peak(cold);
        Ok(())
    }

    fn one(&mut self, fleet: &Path) -> io::Result<()> {
        let rendered = fleet.join("rendered");
        let mut runs = Vec::new();
        for i in 0..20 {
            self.set_aside(&rendered)?;
            let name = Cluster::new(self.spread(i, 20)).name;
            runs.push(self.cniforge(fleet, &["render", &name])?);
        }
        let one = Usage::median(&runs);
        self.report.run("render of one cluster, cold", one, 1, "median of 20 different ones");
        self.report.ratio("one cluster cold, wall", Some(one.wall.as_secs_f64() * 1e3), " ms", Aim::AtMost(20.0));
        Ok(())
    }

    fn sizes(&mut self, _: &Path) -> io::Result<()> {
        for clusters in [self.options.clusters / 10, self.options.clusters * 3] {
            let fleet = self.fleet("fleet-of-another-size", clusters)?;
            let cold = self.cniforge(&fleet, &["render"])?;
            self.report.run(&format!("{clusters} clusters, cold"), cold, clusters, "once");
            let unchanged = self.cniforge(&fleet, &["render"])?;
            self.report.run(&format!("{clusters} clusters, nothing changed"), unchanged, clusters, "once");
            self.note_peak(cold);
            self.note_peak(unchanged);
            self.set_aside(&fleet)?;
        }
        Ok(())
    }

    fn stages(&mut self, fleet: &Path, arguments: &[&str]) -> io::Result<()> {
        self.set_aside(&fleet.join("rendered"))?;
        let output = Command::new(std::env::current_exe()?).arg("--stages-in").arg(fleet).args(arguments).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let stages: Stages = serde_json::from_slice(&output.stdout)?;
        let before = stages.before_writing().cpu.as_secs_f64() * 1e3;
        self.report.ratio("CPU of a cluster before writing", Some(before), " ms", Aim::AtMost(2.0));
        self.seen.before_writing = Some(before);
        let others = usize::try_from(stages.clusters).unwrap_or(usize::MAX).saturating_sub(1);
        self.seen.evaluate = Some(report::per(stages.evaluate.cpu, others).as_secs_f64() * 1e3);
        self.report.stages(stages);
        Ok(())
    }

    fn syscalls(&mut self, _: &Path) -> io::Result<()> {
        if peers::version("strace", &["--version"]).is_none() {
            self.report.note("system calls: strace is not on PATH");
            return Ok(());
        }
        let clusters = 100;
        let fleet = self.fleet("fleet-for-strace", clusters)?;
        let counts = fleet.join("strace.txt");
        for what in ["cold", "nothing changed"] {
            let mut command = Command::new("strace");
            command.args(["-f", "-c", "-o"]).arg(&counts).arg(&self.options.binary).arg("--fleet").arg(&fleet);
            measure::run(command.arg("render").stdout(Stdio::null()))?;
            let text = fs::read_to_string(&counts)?;
            self.report.note(format!("system calls of a cluster, {what}: {}", most_frequent(&text, clusters)));
        }
        Ok(())
    }

    /// The `i`th of `count` clusters from the whole fleet, the overlays in turn.
    fn spread(&self, i: usize, count: usize) -> usize {
        (i * self.options.clusters / count + i % OVERLAYS.len()).min(self.options.clusters - 1)
    }

    fn sample(&self) -> Vec<Cluster> {
        let count = self.options.sample.clamp(1, self.options.clusters);
        (0..count).map(|i| Cluster::new(self.spread(i, count))).collect()
    }

    fn helm(&mut self, _: &Path) -> io::Result<()> {
        let Some(version) = peers::version("helm", &["version", "--short"]) else {
            self.report.note("helm is not on PATH");
            return Ok(());
        };
        let Some(chart) = self.options.chart.clone().or_else(chart_of_environment) else {
            self.report.note("helm: name the unpacked chart by --chart or CNIFORGE_BENCH_CHART");
            return Ok(());
        };
        let measured = peers::helm(&chart, &self.work, &self.sample())?;
        self.peer("helm template", &version, &measured);
        let helm = cpu_of_cluster(measured.usage, measured.clusters);
        self.report.ratio(
            "helm / CPU before writing",
            self.against(helm, self.seen.before_writing),
            "×",
            Aim::AtLeast(80.0),
        );
        Ok(())
    }

    fn tk(&mut self, fleet: &Path) -> io::Result<()> {
        let Some(version) = peers::version("tk", &["--version"]) else {
            self.report.note("tk is not on PATH");
            return Ok(());
        };
        let measured = peers::tk(fleet, &self.work, &self.sample())?;
        self.peer("tk export", &version, &measured);
        Ok(())
    }

    fn jsonnet(&mut self, fleet: &Path) -> io::Result<()> {
        let Some(version) = peers::version("jsonnet", &["--version"]) else {
            self.report.note("jsonnet is not on PATH");
            return Ok(());
        };
        let measured = peers::jsonnet(fleet, &self.work, &self.sample())?;
        self.peer("jsonnet -J lib", &version, &measured);
        let jsonnet = cpu_of_cluster(measured.usage, measured.clusters);
        self.report.ratio("jsonnet / CPU of evaluate", self.against(jsonnet, self.seen.evaluate), "×", Aim::None);
        Ok(())
    }

    /// A peer's line, and how much more it takes than the cold run of the same clusters.
    fn peer(&mut self, what: &str, version: &str, measured: &peers::Measured) {
        let objects = match measured.objects {
            0 => String::new(),
            objects => format!(", {objects} objects"),
        };
        let note = format!("{} clusters{objects}; {version}", measured.clusters);
        self.report.run(what, measured.usage, measured.clusters, note);
        let clusters = self.options.clusters;
        let wall = |usage: Usage, count| report::per(usage.wall, count).as_secs_f64();
        let cold_wall = self.seen.cold.map(|cold| wall(cold, clusters));
        let cold_cpu = self.seen.cold.and_then(|cold| cpu_of_cluster(cold, clusters));
        let theirs = wall(measured.usage, measured.clusters);
        self.report.ratio(
            format!("{what} / cold run, wall of a cluster"),
            self.against(Some(theirs), cold_wall),
            "×",
            Aim::None,
        );
        let theirs = cpu_of_cluster(measured.usage, measured.clusters);
        self.report.ratio(
            format!("{what} / cold run, CPU of a cluster"),
            self.against(theirs, cold_cpu),
            "×",
            Aim::None,
        );
    }

    #[allow(clippy::unused_self, reason = "reads as a sentence where it is used")]
    fn against(&self, theirs: Option<f64>, ours: Option<f64>) -> Option<f64> {
        Some(theirs? / ours?)
    }

    fn note_peak(&mut self, usage: Usage) {
        self.seen.largest_peak = self.seen.largest_peak.max(usage.peak.unwrap_or(0));
    }
}

#[allow(clippy::disallowed_methods, reason = "only the library must not read the environment")]
fn chart_of_environment() -> Option<PathBuf> {
    std::env::var_os("CNIFORGE_BENCH_CHART").map(PathBuf::from)
}

/// Milliseconds.
fn cpu_of_cluster(usage: Usage, clusters: usize) -> Option<f64> {
    Some(report::per(usage.cpu?.total(), clusters).as_secs_f64() * 1e3)
}

/// The total and the most frequent calls of a table that strace has made.
fn most_frequent(table: &str, clusters: usize) -> String {
    let mut calls: Vec<(usize, &str)> = table
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            Some((fields.get(3)?.parse().ok()?, *fields.last()?))
        })
        .collect();
    calls.sort_unstable_by(|a, b| b.cmp(a));
    let share = |calls: usize| report::ratio(calls as u64, clusters as u64);
    let shown = calls.iter().take(14).map(|(count, name)| format!("{} {:.1}", name, share(*count)));
    shown.collect::<Vec<_>>().join(", ")
}
