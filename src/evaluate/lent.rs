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

#[cfg(test)]
mod tests {
    use jrsonnet_evaluator::ObjValueBuilder;

    use super::*;

    fn object(name: &str) -> Val {
        let mut object = ObjValueBuilder::new();
        object.field("name").value(name);
        Val::Obj(object.build())
    }

    fn next(lent: &mut LentManifests, value: &Val) -> Manifest {
        lent.next_cluster();
        lent.manifest(value, &Trail::root("manifests")).expect("it is plain data")
    }

    #[test]
    fn what_a_second_cluster_has_is_kept_for_the_next() {
        let mut lent = LentManifests::default();
        let (role, other) = (object("role"), object("role"));
        let first = next(&mut lent, &role);
        let second = next(&mut lent, &role);
        let third = next(&mut lent, &role);
        assert!(!first.is(&second) && second.is(&third) && first == third);
        assert!(!next(&mut lent, &other).is(&third), "an object that is only equal is another one");
    }

    #[test]
    fn a_definitions_own_objects_are_not_kept() {
        let mut lent = LentManifests::default();
        let own = object("own");
        let twice = [0, 1, 2].map(|_| lent.manifest(&own, &Trail::root("manifests")).expect("it is plain data"));
        assert!(!twice[1].is(&twice[2]));
        for _ in 0..5000 {
            next(&mut lent, &object("own"));
            assert!(lent.met.len() <= OBJECTS + 1 && lent.kept.is_empty());
        }
    }
}
