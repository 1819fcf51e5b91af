//! Two states of a fleet → what changes in its clusters, each change once, with what it does.
//!
//! ```text
//! fields   two manifests → the fields that differ
//! objects  two clusters  → objects that are added, removed, changed, renamed
//! secret   what must not be shown
//! impact   a change      → what it does to a running cluster
//! cause    a change      → the lines of the definitions that made it
//! fleet    all clusters  → the same change in many clusters is one change
//! text, json, markdown, github, html: the changes for a reader
//! ```

pub mod cause;
pub mod fields;
pub mod fleet;
pub mod github;
pub mod html;
pub mod impact;
pub mod json;
pub mod lines;
pub mod markdown;
pub mod objects;
pub mod secret;
pub mod text;
