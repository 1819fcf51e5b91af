//! Definitions out of what is already there: TKEStack's Cluster objects, Helm values, the objects of a running cluster.
//!
//! Each source has a module that turns its documents into [`Definition`](definition_writer::Definition)s. What a definition
//! cannot say becomes a remark: a comment in it, and a line for the user. Nothing here reads a secret's value for anything
//! but to leave it out.

pub mod definition_writer;
pub mod destination;
pub mod helm;
pub mod input;
pub mod manifests;
pub mod objects;
pub mod secrets;
pub mod text_diff;
pub mod tkestack;
pub mod workbench;
pub mod yaml_reader;
