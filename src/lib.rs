//! cniforge compiles one jsonnet file per cluster into the plain Kubernetes manifests of its CNI.
//!
//! The pipe, in reading order; each stage is a function from one value type to the next, and only [`commands`] and
//! [`pipeline`] string stages together:
//!
//! ```text
//! discover  → DefinitionFile    which definitions a fleet has
//! evaluate  → EvaluatedCluster  jsonnet in, plain data out (sources: what it may read; limits: what it may cost)
//! assemble  → Vec<KubeObject>   the objects, each with the field that it comes from
//! validate  → Vec<Finding>      what is wrong with them
//! tree      → ManifestTree      sorted path → YAML text
//! write     → a folder          whole or not at all
//! diff      → FleetDiff         two states, and what going from one to the other does
//! ```
//!
//! The library never prints, reads the environment or asks for the date; [`terminal`] is the only door out and belongs
//! to the commands.

pub mod cli;
pub mod commands;
pub mod pipeline;

pub mod discover;
pub mod evaluate;
pub mod experiment;
pub mod files;
pub mod git;
pub mod inputs;
pub mod library;
pub mod limits;
pub mod memory;
pub mod pool;
pub mod scan;
pub mod sources;

pub mod assemble;
pub mod kubernetes;
pub mod manifest;
pub mod object;
pub mod order;
pub mod validate;
pub mod value;

pub mod bootstrap;
pub mod delivery;
pub mod diff;
pub mod stream;
pub mod transition;
pub mod tree;
pub mod write;
pub mod yaml;

pub mod import;
pub mod reference;

pub mod cidr;
pub mod field_path;
pub mod finding;
pub mod quantity;
pub mod report;
pub mod terminal;
