//! Rules over the objects of one cluster.

mod secrets;

pub use secrets::holds_private_key;

use crate::finding::Finding;
use crate::object::KubeObject;

/// What the rules need to know besides the objects.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Names of Secrets that the definition allows to hold data.
    pub allow_secrets: &'a [String],
}

type Rule = fn(&Context<'_>, &KubeObject) -> Vec<Finding>;

/// Every rule over a single object.
const OBJECT_RULES: &[Rule] = &[secrets::no_secret_data];

/// What the rules find, in the order of the objects.
#[must_use]
pub fn validate(context: &Context<'_>, objects: &[KubeObject]) -> Vec<Finding> {
    objects.iter().flat_map(|object| OBJECT_RULES.iter().flat_map(move |rule| rule(context, object))).collect()
}
