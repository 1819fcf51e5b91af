//! The figures as one aligned table, or as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::measure::Usage;
use crate::stages::{Cost, Stages};

/// All that was measured, in order.
#[derive(Default)]
pub struct Report {
    runs: Vec<Run>,
    stages: Option<Stages>,
    ratios: Vec<Ratio>,
    notes: Vec<String>,
}

struct Run {
    what: String,
    usage: Usage,
    clusters: usize,
    note: String,
}

struct Ratio {
    what: String,
    value: f64,
    aim: Aim,
    unit: &'static str,
}

/// What a figure is meant to be.
#[derive(Clone, Copy)]
pub enum Aim {
    AtMost(f64),
    AtLeast(f64),
    /// Nothing was promised; shown for comparison.
    None,
}

impl Report {
    pub fn run(&mut self, what: &str, usage: Usage, clusters: usize, note: impl Into<String>) {
        self.runs.push(Run { what: what.to_owned(), usage, clusters, note: note.into() });
    }

    pub fn stages(&mut self, stages: Stages) {
        self.stages = Some(stages);
    }

    pub fn ratio(&mut self, what: impl Into<String>, value: Option<f64>, unit: &'static str, aim: Aim) {
        if let Some(value) = value {
            self.ratios.push(Ratio { what: what.into(), value, aim, unit });
        }
    }

    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        table(&mut out, &["run", "wall", "user", "sys", "peak", "clusters/s", "CPU/cluster", ""], &self.run_rows());
        if let Some(stages) = &self.stages {
            out.push('\n');
            let rows = stage_rows(stages);
            table(&mut out, &["stage, per cluster", "CPU", "allocations", "allocated", "files", ""], &rows);
        }
        if !self.ratios.is_empty() {
            out.push('\n');
            table(&mut out, &["against the aims", "", "aim", ""], &self.ratio_rows());
        }
        for note in &self.notes {
            let _ = write!(out, "\n{note}");
        }
        out.push_str(if self.notes.is_empty() { "" } else { "\n" });
        out
    }

    fn run_rows(&self) -> Vec<Vec<String>> {
        let row = |run: &Run| {
            let Usage { wall, cpu, peak } = run.usage;
            let per_second = 1.0 / per(wall, run.clusters).as_secs_f64();
            vec![
                run.what.clone(),
                time(wall),
                cpu.map_or_else(String::new, |cpu| time(cpu.user)),
                cpu.map_or_else(String::new, |cpu| time(cpu.system)),
                peak.map_or_else(String::new, |peak| format!("{} MB", peak / 1_000_000)),
                if run.clusters == 0 { String::new() } else { format!("{per_second:.0}") },
                cpu.filter(|_| run.clusters > 0).map_or_else(String::new, |cpu| time(per(cpu.total(), run.clusters))),
                run.note.clone(),
            ]
        };
        self.runs.iter().map(row).collect()
    }

    fn ratio_rows(&self) -> Vec<Vec<String>> {
        let row = |ratio: &Ratio| {
            let aim = match ratio.aim {
                Aim::AtMost(most) => format!("≤ {most}{}", ratio.unit),
                Aim::AtLeast(least) => format!("≥ {least}{}", ratio.unit),
                Aim::None => String::new(),
            };
            let digits = if ratio.value < 10.0 { 2 } else { 0 };
            let verdict = ratio.met().map_or("", |met| if met { "met" } else { "missed" });
            vec![ratio.what.clone(), format!("{:.digits$}{}", ratio.value, ratio.unit), aim, verdict.to_owned()]
        };
        self.ratios.iter().map(row).collect()
    }

    pub fn json(&self) -> String {
        let seconds = |time: Duration| json!(time.as_secs_f64());
        let runs: Vec<Value> = self
            .runs
            .iter()
            .map(|run| {
                let Usage { wall, cpu, peak } = run.usage;
                json!({
                    "run": run.what, "clusters": run.clusters, "note": run.note, "wall": seconds(wall),
                    "user": cpu.map(|cpu| seconds(cpu.user)), "system": cpu.map(|cpu| seconds(cpu.system)), "peakBytes": peak,
                })
            })
            .collect();
        let ratios: Vec<Value> = self
            .ratios
            .iter()
            .map(|ratio| {
                let aim = match ratio.aim {
                    Aim::AtMost(aim) | Aim::AtLeast(aim) => Some(aim),
                    Aim::None => None,
                };
                json!({ "what": ratio.what, "value": ratio.value, "unit": ratio.unit.trim(), "aim": aim, "met": ratio.met() })
            })
            .collect();
        let all = json!({ "runs": runs, "stages": self.stages, "ratios": ratios, "notes": self.notes });
        format!("{all:#}\n")
    }
}

impl Ratio {
    fn met(&self) -> Option<bool> {
        match self.aim {
            Aim::AtMost(most) => Some(self.value <= most),
            Aim::AtLeast(least) => Some(self.value >= least),
            Aim::None => None,
        }
    }
}

/// The share of one cluster.
pub fn per(time: Duration, clusters: usize) -> Duration {
    time / u32::try_from(clusters.max(1)).unwrap_or(u32::MAX)
}

fn stage_rows(stages: &Stages) -> Vec<Vec<String>> {
    let clusters = usize::try_from(stages.clusters).unwrap_or(usize::MAX).max(1);
    let row = |what: &str, cost: Cost, of: usize, files: f64, note: &str| {
        let of = of.max(1);
        vec![
            what.to_owned(),
            time(per(cost.cpu, of)),
            (cost.allocations / of as u64).to_string(),
            bytes(cost.bytes / of as u64),
            if files > 0.0 { format!("{files:.1}") } else { String::new() },
            note.to_owned(),
        ]
    };
    let files = ratio(stages.files, stages.clusters);
    let others = clusters - 1;
    let before_writing = stages.before_writing();
    vec![
        row("evaluate", stages.evaluate, others, 0.0, "jsonnet to plain data, every cluster but the first"),
        row("assemble", stages.assemble, clusters, 0.0, ""),
        row("validate", stages.validate, clusters, 0.0, ""),
        row("emit", stages.emit, clusters, files, &format!("{} of YAML", bytes(stages.file_bytes / clusters as u64))),
        row("before writing", before_writing, 1, 0.0, "the four together"),
        row("write, cold", stages.write, clusters, files, ""),
        row("write, nothing changed", stages.rewrite, clusters, 0.0, "read and compare"),
        row("first cluster's evaluate", stages.first, 1, 0.0, "parses the library, makes what all clusters share"),
        row("facts alone", stages.facts, others, 0.0, "not part of a render: what `list` evaluates"),
    ]
}

impl Stages {
    /// One cluster's cost before writing, on average over all but the first.
    pub fn before_writing(&self) -> Cost {
        let share = |cost: Cost, of: u64| {
            let of = of.max(1);
            Cost {
                cpu: per(cost.cpu, usize::try_from(of).unwrap_or(usize::MAX)),
                allocations: cost.allocations / of,
                bytes: cost.bytes / of,
            }
        };
        let parts = [
            share(self.evaluate, self.clusters.saturating_sub(1)),
            share(self.assemble, self.clusters),
            share(self.validate, self.clusters),
            share(self.emit, self.clusters),
        ];
        parts.into_iter().fold(Cost::default(), |sum, part| Cost {
            cpu: sum.cpu + part.cpu,
            allocations: sum.allocations + part.allocations,
            bytes: sum.bytes + part.bytes,
        })
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of files, far below 2^53")]
pub fn ratio(a: u64, b: u64) -> f64 {
    a as f64 / b.max(1) as f64
}

fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.01 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{:.2} ms", seconds * 1e3)
    }
}

fn bytes(bytes: u64) -> String {
    if bytes < 10_000 { format!("{bytes} B") } else { format!("{} kB", bytes / 1000) }
}

/// The first column and the last are words and go to the left, the others are numbers and go to the right.
fn table(out: &mut String, head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut line = |cells: &[&str]| {
        let mut text = String::new();
        for (i, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
            let _ = match i {
                0 => write!(text, "{cell:<width$}"),
                i if i + 1 == head.len() => write!(text, "  {cell}"),
                _ => write!(text, "  {cell:>width$}"),
            };
        }
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(head);
    for row in rows {
        line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
