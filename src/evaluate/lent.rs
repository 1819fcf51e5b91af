//! Manifests that the library lends to cluster after cluster, turned into plain data once.
//!
//! What a cluster borrows from the plain install (`lib/cilium/sharing.libsonnet`) is the very object that the one before it
//! had. Such an object is known by its address. The references to it are weak: they keep no object alive, and no other comes
//! to lie where one of them points.

use std::collections::HashMap;

use jrsonnet_evaluator::{Error, Val, WeakObjValue};

use super::convert::{Trail, convert};
use crate::object::Manifest;

/// Objects of this many of the last clusters are remembered, …
const CLUSTERS: u64 = 16;
/// … and looked through for old ones when there are so many.
const OBJECTS: usize = 1024;

/// The manifests of one library.
#[derive(Default)]
pub struct LentManifests {
    cluster: u64,
    /// In which cluster an object was met.
    met: HashMap<WeakObjValue, u64>,
    /// Those that were met in two. No definition's own object can be, so there are never more than the library has.
    kept: HashMap<WeakObjValue, Manifest>,
}

impl LentManifests {
    /// Another cluster begins.
    pub fn next_cluster(&mut self) {
        self.cluster += 1;
        if self.met.len() > OBJECTS {
            self.met.retain(|_, met| *met + CLUSTERS > self.cluster);
        }
    }

    /// The value as a manifest, the same one as last time if it is the same object.
    pub fn manifest(&mut self, value: &Val, trail: &Trail<'_>) -> Result<Manifest, Error> {
        let Val::Obj(object) = value else { return Ok(convert(value, trail)?.into()) };
        let object = object.clone().downgrade();
        if let Some(manifest) = self.kept.get(&object) {
            return Ok(manifest.clone());
        }
        let manifest: Manifest = convert(value, trail)?.into();
        let met = *self.met.entry(object.clone()).or_insert(self.cluster);
        if met != self.cluster {
            self.met.remove(&object);
            self.kept.insert(object, manifest.clone());
        }
        Ok(manifest)
    }
}
