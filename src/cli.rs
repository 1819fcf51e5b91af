//! The command line. Nothing else knows clap.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use anstream::ColorChoice;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use crate::bootstrap::Engine;
use crate::diff::impact::Class;
use crate::discover::Fleet;
use crate::finding::Severity;
use crate::limits::Limits;

/// Compiles one jsonnet file per cluster into the plain Kubernetes manifests of its CNI.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "Start with `cniforge init` in an empty folder, or `cniforge render` in a fleet: a folder with \
                  cniforge.toml and clusters/<name>.jsonnet.\n\n\
                  Exit codes: 0 fine, 1 differences found (check, diff), 2 anything that went wrong."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// The fleet: a folder with cniforge.toml, or one below it [default: this folder]
    #[arg(long, global = true, value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub fleet: PathBuf,
    /// Clusters to work on at once [default: one a core]
    #[arg(long, short, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// The most memory that evaluating one cluster may take, in MiB
    #[arg(long, global = true, value_name = "MIB", default_value_t = Limits::default().memory >> 20,
          value_parser = clap::value_parser!(u64).range(16..=1 << 20))]
    pub max_memory: u64,
    /// The most time that evaluating one cluster may take, in seconds
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = Limits::default().timeout.as_secs(),
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Print no status line and no progress
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl GlobalArgs {
    /// What one cluster may cost.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits { memory: self.max_memory << 20, timeout: Duration::from_secs(self.timeout), ..Limits::default() }
    }

    /// How many clusters are in work at once.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// The choice as the output stream wants it.
    #[must_use]
    pub fn color_choice(&self) -> ColorChoice {
        match self.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin a fleet: its files, one definition and one overlay; what is there already stays
    #[command(after_help = "Examples:\n  cniforge init                      in this folder\n  \
                            cniforge init fleet --example      and two clusters more to look at\n  \
                            cniforge init --engine argocd      trees that Argo CD applies\n  \
                            cd fleet && cniforge render        the manifests")]
    Init(InitArgs),
    /// Write the manifests of the clusters to rendered/
    #[command(after_help = "Examples:\n  cniforge render                    every cluster of the fleet\n  \
                            cniforge render cls-7q46p7mt       one cluster\n  \
                            cniforge render --prune            also remove trees whose definition is gone\n  \
                            cniforge render --format stream cls-7q46p7mt | kubectl diff --server-side -f -")]
    Render(RenderArgs),
    /// Render on every save, and show what it changes
    #[command(
        after_help = "Examples:\n  cniforge watch                     every cluster of the fleet; Ctrl-C ends it\n  \
                            cniforge watch cls-7q46p7mt        one cluster\n  \
                            cniforge watch --summary           what changes and what it does, without the lines"
    )]
    Watch(WatchArgs),
    /// Say which committed files differ from what the definitions give; write nothing
    #[command(
        after_help = "Examples:\n  cniforge check                     in CI: exit 1 if rendered/ is out of date\n  \
                            cniforge check --diff              and show how\n  \
                            cniforge check cls-7q46p7mt        one cluster"
    )]
    Check(CheckArgs),
    /// Say what a change does to the clusters: which objects differ, and what that means for what runs
    #[command(after_help = "Examples:\n  \
                            cniforge diff                       what this branch does, since it left the remote's default branch\n  \
                            cniforge diff HEAD~3 cls-7q46p7mt   one cluster, compared with three commits ago\n  \
                            cniforge diff v1.2 v1.3             two states of the fleet\n  \
                            cniforge diff --committed main      the trees as they are committed, nothing evaluated\n  \
                            cniforge diff --clusters a b        two clusters of this fleet\n  \
                            kubectl get ds,deploy,cm,sa,svc -A -o yaml | cniforge diff --live - cls-7q46p7mt\n\n\
                            Exit codes: 0 nothing differs (or nothing of --fail-on), 1 something does, 2 anything that went wrong.")]
    Diff(DiffArgs),
    /// Say what would go wrong if the trees were applied
    #[command(after_help = "Examples:\n  cniforge validate                          every cluster of the fleet\n  \
                            cniforge validate --rule CNI030            one rule\n  \
                            cniforge validate --format sarif > x.sarif for code scanning\n  \
                            cniforge validate --list-rules             what is checked\n\n\
                            Exits with 2 if there is an error. A finding is accepted with a reason: `allowFindings` in the definition.")]
    Validate(ValidateArgs),
    /// Say where the values of a cluster's objects come from, what a setting is, or what to do step by step
    #[command(after_help = "Examples:\n  \
                            cniforge explain global                                         what each line decides\n  \
                            cniforge explain global ConfigMap/kube-flannel-cfg              of one object\n  \
                            cniforge explain global DaemonSet/flannel spec.template.spec    of one field\n  \
                            cniforge explain cilium.values.hubble.relay.enabled             what this is, and what it touches\n  \
                            cniforge explain migration cls-7q46p7mt                         what each phase of its move to Cilium takes")]
    Explain(ExplainArgs),
    /// List the clusters whose output can change
    #[command(after_help = "Examples:\n  \
                            cniforge affected                      since this branch left the remote's default branch\n  \
                            cniforge affected HEAD~1 | xargs -r cniforge render\n  \
                            cniforge affected --format json | jq -c .clusters")]
    Affected(AffectedArgs),
    /// List the clusters with type, CNI and versions
    #[command(after_help = "Examples:\n  cniforge list\n  cniforge list --format json | jq -r '.clusters[].name'")]
    List(ListArgs),
    /// Make definitions of what is there: TKEStack's clusters, Helm values, the objects of a running cluster
    #[command(after_help = "Examples:\n  cniforge import tkestack clusters.yaml\n  \
                            cniforge import helm values.yaml --cluster cls-7q46p7mt --version 1.20.0\n  \
                            cniforge import manifests exported/ --cluster cls-7q46p7mt")]
    Import(ImportArgs),
    /// Print what makes a shell complete commands, options and the fleet's clusters
    #[command(after_help = "Examples:\n  source <(cniforge completions bash)                         in ~/.bashrc\n  \
                            source <(cniforge completions zsh)                          in ~/.zshrc\n  \
                            cniforge completions fish | source                          in config.fish\n  \
                            cniforge completions powershell | Out-String | Invoke-Expression   in $PROFILE")]
    Completions(CompletionsArgs),
    /// Write the man pages, one a command
    #[command(
        after_help = "Examples:\n  cniforge man ~/.local/share/man/man1\n  cniforge man - | man -l -      the program's own page"
    )]
    Man(ManArgs),
    /// Print what a new cluster needs by hand, before Argo CD or Flux can start in it
    #[command(after_help = "Examples:\n  \
                            cniforge bootstrap cls-7q46p7mt --engine argocd |\n    \
                            kubectl apply --server-side --field-manager=argocd-controller -f -\n  \
                            cniforge bootstrap cls-7q46p7mt --engine flux |\n    \
                            kubectl apply --server-side --field-manager=kustomize-controller -f -\n\n\
                            Apply it in the engine's name: what is applied in another's, the engine never removes.")]
    Bootstrap(BootstrapArgs),
    /// Answer Argo CD as a config management plugin, in the folder and environment that it gives
    #[command(after_help = "Examples:\n  \
                            cniforge plugin discover                          a line if this folder is a fleet's root\n  \
                            cniforge plugin parameters                        what an Application can set\n  \
                            PARAM_CLUSTER=cls-7q46p7mt cniforge plugin generate\n\n\
                            docs/plugin/ has the ConfigMap and the sidecar's patch.")]
    Plugin(PluginArgs),
}

/// `cniforge init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder; made if it is not there
    #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub folder: PathBuf,
    /// Also define a cluster of type Edge and one with two address families
    #[arg(long)]
    pub example: bool,
    /// Say in the overlay that this engine applies the trees, from where this repository came from
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<EngineName>,
}

/// `cniforge watch`
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Which clusters.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// What changes and what it does, without the lines
    #[arg(long)]
    pub summary: bool,
}

/// `cniforge completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    Bash,
    /// The Z shell.
    Zsh,
    /// fish.
    Fish,
    /// `PowerShell`.
    #[value(name = "powershell")]
    PowerShell,
    /// Elvish.
    Elvish,
}

/// `cniforge man`
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder for the pages, made if it is not there; `-` prints the program's own page
    #[arg(value_name = "DIR", default_value = "-")]
    pub folder: PathBuf,
}

/// Which clusters.
#[derive(Debug, Clone, Args)]
pub struct SelectionArgs {
    /// Clusters by name, or an inventory by its file's name [default: all]
    #[arg(value_name = "CLUSTER", add = ArgValueCompleter::new(cluster_names))]
    pub clusters: Vec<String>,
}

/// `cniforge render`
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Which clusters.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Remove the trees of clusters that have no definition any more
    #[arg(long, conflicts_with = "clusters")]
    pub prune: bool,
    /// Evaluate every definition, also where nothing has changed since the last run
    #[arg(long)]
    pub fresh: bool,
    /// Write clusters that have error findings too; what cannot be rendered at all stays refused
    #[arg(long)]
    pub allow_findings: bool,
    /// Write the trees, or print one cluster's objects in the order in which they are applied and write nothing
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    pub format: RenderFormat,
}

/// What becomes of the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RenderFormat {
    /// Files below rendered/
    Tree,
    /// YAML documents on standard output
    Stream,
    /// A `List` on standard output
    Json,
}

/// `cniforge check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Which clusters.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Show how they differ, as `cniforge diff` does
    #[arg(long)]
    pub diff: bool,
    /// Compare clusters that have error findings too, and let a CNI follow another
    #[arg(long)]
    pub allow_findings: bool,
}

/// `cniforge validate`
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Which clusters.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Show findings that weigh at least this
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub severity: SeverityFilter,
    /// Show findings of this rule only; can be given several times
    #[arg(long = "rule", value_name = "ID")]
    pub rules: Vec<String>,
    /// For people or for programs
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: FindingFormat,
    /// List the rules
    #[arg(long)]
    pub list_rules: bool,
}

/// The lightest findings that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeverityFilter {
    /// Also what is accepted, and remarks.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors alone.
    Error,
}

impl SeverityFilter {
    /// As findings have it.
    #[must_use]
    pub fn least(self) -> Severity {
        match self {
            Self::Note => Severity::Note,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

/// `cniforge diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// What to compare with (a branch, tag or commit; two of them to compare these), then clusters [default: where this
    /// branch left the remote's default branch, or else HEAD; all clusters]
    #[arg(value_name = "BASE|CLUSTER", add = ArgValueCompleter::new(cluster_names))]
    pub what: Vec<String>,
    /// Compare the rendered trees as they are committed, without evaluating anything
    #[arg(long)]
    pub committed: bool,
    /// Compare two clusters of this fleet with each other
    #[arg(long, num_args = 2, value_names = ["CLUSTER", "CLUSTER"], conflicts_with_all = ["what", "committed", "live"],
          add = ArgValueCompleter::new(cluster_names))]
    pub clusters: Vec<String>,
    /// Compare what a cluster reports (YAML or JSON of `kubectl get -o`; `-` is stdin) with its definition
    #[arg(long, value_name = "FILE", conflicts_with = "committed")]
    pub live: Option<PathBuf>,
    /// For whom
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DiffFormat,
    /// With --format text: what changes and what it does, without the lines
    #[arg(long)]
    pub summary: bool,
    /// Exit with 1 only if a change does at least this
    #[arg(long, value_name = "IMPACT", default_value = "none", hide_default_value = true)]
    pub fail_on: ImpactClass,
}

/// `cniforge explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The cluster; or a key, a value or an argument of definitions; or `migration`, and the cluster behind it
    #[arg(value_name = "CLUSTER", add = ArgValueCompleter::new(cluster_names))]
    pub cluster: String,
    /// One of its objects: `<kind>/<name>` or `<kind>/<namespace>/<name>` [default: all]
    #[arg(value_name = "OBJECT")]
    pub object: Option<String>,
    /// A field of the object, as `diff` writes it: `spec.template.spec.containers[name=flannel].image` [default: all]
    #[arg(value_name = "FIELD")]
    pub field: Option<String>,
}

/// `cniforge affected`
#[derive(Debug, Args)]
pub struct AffectedArgs {
    /// A branch, tag or commit [default: where this branch left the remote's default branch, or else HEAD]
    #[arg(value_name = "BASE")]
    pub base: Option<String>,
    /// For shells or for programs
    #[arg(long, value_name = "FORMAT", default_value = "lines")]
    pub format: AffectedFormat,
}

/// How affected clusters are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AffectedFormat {
    /// One name a line.
    Lines,
    /// `{"clusters": […], "removed": […]}`
    Json,
}

/// How a diff is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For a terminal.
    Text,
    /// For programs: `{"changes": [{"clusters", "action", "object", "fields", "impact", "cause"}]}`
    Json,
    /// For a comment on a pull request, within GitHub's 65,536 characters
    Markdown,
    /// Annotations of GitHub Actions, on the definitions' lines
    Github,
    /// One page with everything, which loads nothing
    Html,
}

/// What a change does, from the least to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImpactClass {
    /// Any change.
    None,
    /// Pods of the CNI restart.
    Restart,
    /// Only new connections or new pods see it.
    NewConnections,
    /// Open connections break.
    DropsConnections,
    /// It needs steps by hand.
    Manual,
    /// It cannot be changed in place.
    Immutable,
    /// It changes what is allowed or protected.
    Security,
}

impl From<ImpactClass> for Class {
    fn from(class: ImpactClass) -> Self {
        match class {
            ImpactClass::None => Self::None,
            ImpactClass::Restart => Self::Restart,
            ImpactClass::NewConnections => Self::NewConnections,
            ImpactClass::DropsConnections => Self::DropsConnections,
            ImpactClass::Manual => Self::Manual,
            ImpactClass::Immutable => Self::Immutable,
            ImpactClass::Security => Self::Security,
        }
    }
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FindingFormat {
    /// With the line of the source.
    Text,
    /// `{"findings": [{"rule", "severity", "cluster", "object", "path", "message", "hint", "allowed", "location"}]}`
    Json,
    /// SARIF 2.1.0, which GitHub's code scanning shows on the line.
    Sarif,
    /// A suite for each cluster, a failed case for each error.
    Junit,
}

/// `cniforge list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which clusters.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// For people or for programs
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
}

/// What there is a guide for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// The way from one CNI to another: what to do, what to check, the way back.
    Migration,
}

impl Topic {
    /// The topic of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (name == Self::Migration.name()).then_some(Self::Migration)
    }

    /// Its key among a cluster's guides.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Migration => "migration",
        }
    }
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Columns.
    Table,
    /// `{"clusters": [{"name", "type", "cni", "cniVersion", "kubernetesVersion", "labels", "definition"}]}`
    Json,
}

/// `cniforge import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// From what.
    #[command(subcommand)]
    pub source: ImportSource,
}

/// What an import reads.
#[derive(Debug, Subcommand)]
pub enum ImportSource {
    /// TKEStack's Cluster objects, one definition each
    #[command(after_help = "Examples:\n  cniforge import tkestack clusters.yaml\n  \
                            kubectl get clusters.platform.tkestack.io -o yaml | cniforge import tkestack -\n  \
                            cniforge import tkestack clusters.yaml --output -      look first")]
    Tkestack(ImportTkestackArgs),
    /// Values of Cilium's Helm chart, a definition with what differs from its defaults
    #[command(after_help = "Examples:\n  cniforge import helm values.yaml --cluster cls-7q46p7mt --version 1.20.0\n  \
                            helm get values cilium -n kube-system -o yaml |\n    \
                            cniforge import helm - --cluster cls-7q46p7mt --version 1.20.0")]
    Helm(ImportHelmArgs),
    /// Objects of a running cluster, the definition that comes closest, and a diff of what it does not give
    #[command(after_help = "Examples:\n  kubectl get ds,deploy,cm,sa,svc -n kube-system -o yaml |\n    \
                            cniforge import manifests - --cluster cls-7q46p7mt\n  \
                            cniforge import manifests exported/ --cluster cls-7q46p7mt")]
    Manifests(ImportManifestsArgs),
}

/// `cniforge import tkestack`
#[derive(Debug, Args)]
pub struct ImportTkestackArgs {
    /// YAML or JSON, lists and several documents too; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The Kubernetes version of clusters whose object names none
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<String>,
    /// Where the definitions go.
    #[command(flatten)]
    pub output: ImportOutputArgs,
}

/// `cniforge import helm`
#[derive(Debug, Args)]
pub struct ImportHelmArgs {
    /// Values as for `helm -f`, later files over earlier ones; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The chart's version, which is Cilium's
    #[arg(long, value_name = "VERSION")]
    pub version: String,
    /// The cluster's name in the fleet
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// What values do not say of a cluster.
    #[command(flatten)]
    pub facts: ImportFactsArgs,
    /// Where the definition goes.
    #[command(flatten)]
    pub output: ImportOutputArgs,
}

/// `cniforge import manifests`
#[derive(Debug, Args)]
pub struct ImportManifestsArgs {
    /// Folders and files with YAML or JSON; `-` is standard input
    #[arg(value_name = "DIR", required = true)]
    pub paths: Vec<PathBuf>,
    /// The cluster's name in the fleet [default: the one that Cilium was given]
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// What objects may not say of a cluster.
    #[command(flatten)]
    pub facts: ImportFactsArgs,
    /// Where the definition goes.
    #[command(flatten)]
    pub output: ImportOutputArgs,
}

/// What the source of an import may not say of the cluster.
#[derive(Debug, Clone, Args)]
pub struct ImportFactsArgs {
    /// The namespace that Cilium runs in [default: kube-system]
    #[arg(long, short, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// The Kubernetes version that the cluster runs
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<String>,
    /// Where pods get their addresses; once for each family
    #[arg(long = "pod-cidr", value_name = "CIDR", value_delimiter = ',')]
    pub pod_cidrs: Vec<String>,
    /// Where services get their addresses; once for each family
    #[arg(long = "service-cidr", value_name = "CIDR", value_delimiter = ',')]
    pub service_cidrs: Vec<String>,
    /// What the cluster serves beyond Kubernetes' own APIs, as for `helm template`
    #[arg(long, short, value_name = "API", value_delimiter = ',')]
    pub api_versions: Vec<String>,
}

/// Where definitions go.
#[derive(Debug, Clone, Args)]
pub struct ImportOutputArgs {
    /// The folder for the definitions, or `-` for standard output [default: the fleet's; without a fleet, `-`]
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Replace definitions that are there already
    #[arg(long)]
    pub force: bool,
}

/// `cniforge bootstrap`
#[derive(Debug, Args)]
pub struct BootstrapArgs {
    /// The cluster
    #[arg(value_name = "CLUSTER")]
    pub cluster: String,
    /// Namespaces and CRDs alone, or what comes after them [default: all that one `kubectl apply` can do]
    #[arg(long, value_name = "PHASE")]
    pub phase: Option<BootstrapPhase>,
    /// Who takes the cluster over [default: `delivery.engine` of the definition]
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<EngineName>,
    /// Print a cluster that has error findings too
    #[arg(long)]
    pub allow_findings: bool,
}

/// A part of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BootstrapPhase {
    /// Namespaces and CRDs.
    Crds,
    /// Everything else, custom objects of these CRDs too.
    Rest,
}

impl BootstrapPhase {
    /// As it is written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crds => "crds",
            Self::Rest => "rest",
        }
    }
}

/// Who applies the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// Argo CD.
    Argocd,
    /// Flux.
    Flux,
}

impl From<EngineName> for Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Argocd => Self::ArgoCd,
            EngineName::Flux => Self::Flux,
        }
    }
}

/// `cniforge plugin`
#[derive(Debug, Args)]
pub struct PluginArgs {
    /// What Argo CD asks.
    #[command(subcommand)]
    pub request: PluginRequest,
}

/// What Argo CD asks a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum PluginRequest {
    /// Print a line if this folder is a fleet's root
    Discover,
    /// Announce the parameters, as JSON
    Parameters,
    /// Print the objects of the cluster that the Application's parameter `cluster` names
    Generate,
}

/// What asks the program to complete a command line instead of running it; set by what `completions` prints.
const COMPLETE: &str = "CNIFORGE_COMPLETE";

/// Reads the program's arguments; prints help or a usage error and exits where that is what they ask for. Answers a shell
/// that completes a command line, and exits.
#[must_use]
pub fn parse() -> Cli {
    CompleteEnv::with_factory(Cli::command).var(COMPLETE).complete();
    Cli::parse()
}

/// The whole command line as data, for what is made of it: man pages and the book.
#[must_use]
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    // Fills in what parsing would: options of every command, defaults, usage.
    command.build();
    command
}

/// What a shell evaluates in order to complete with this program.
///
/// # Errors
/// When it cannot be written to memory, which does not happen.
pub fn completion_script(shell: Shell) -> std::io::Result<String> {
    let name = match shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        Shell::PowerShell => "powershell",
        Shell::Elvish => "elvish",
    };
    let shells = Shells::builtins();
    let script = shells.completer(name).ok_or_else(|| std::io::Error::other("no such shell"))?;
    let mut text = Vec::new();
    script.write_registration(COMPLETE, "cniforge", "cniforge", "cniforge", &mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The clusters that a shell offers: the names of definitions and of trees, so that nothing needs to be evaluated.
fn cluster_names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    // What stands before on the command line is not handed over.
    let words: Vec<OsString> = std::env::args_os().collect();
    let apart = words.iter().position(|word| word == "--fleet").and_then(|at| words.get(at + 1));
    let joined = words.iter().find_map(|word| word.to_str()?.strip_prefix("--fleet=").map(OsString::from));
    let start = joined.or_else(|| apart.cloned()).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let Ok(fleet) = Fleet::find(&start) else { return Vec::new() };
    let fitting = fleet.names().into_iter().filter(|name| name.starts_with(&*typed));
    fitting.map(CompletionCandidate::new).collect()
}
