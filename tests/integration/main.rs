//! Drives the real program in temporary folders.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and stands outside of the program"
)]

mod adopted_calico;
mod bootstrap;
mod cilium;
mod configurations;
mod delivery;
mod determinism;
mod diff;
mod docs;
mod door;
mod fleet;
mod import;
mod invalid;
mod inventories;
mod library;
mod limits;
mod migration;
mod page;
mod parity;
mod plugin;
mod reference;
mod release;
mod review;
mod rules;
mod sandbox;
mod scenarios;
mod screens;
mod scripts;
mod sharing;
mod trees;
mod validate;
mod watch;
