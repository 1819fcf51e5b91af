//! The rules as the reference in the book lists them, from the tables that decide.

use super::{Class, Impact, Workload, facts, rules, workloads};

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Whose it is; rules of one kind are listed together.
    pub about: &'static str,
    /// What it looks at.
    pub looks_at: String,
    /// What has to happen to that.
    pub when: String,
    /// How bad it is.
    pub class: Class,
    /// The reason that a diff gives. What stands in braces is filled in there.
    pub reason: &'static str,
    /// Where upstream says so.
    pub source: Option<&'static str>,
}

/// All rules, in the order in which they are asked.
#[must_use]
pub fn all() -> Vec<Rule> {
    let mut all = rules::told();
    all.extend(workloads::told());
    all.extend(facts::told());
    all.extend(super::OTHERWISE.map(|(when, reason)| Rule {
        about: "What no rule knows",
        looks_at: "any other change".to_owned(),
        when: when.to_owned(),
        class: Class::None,
        reason,
        source: None,
    }));
    all
}

/// A workload, and what pods of others notice while its own restart.
#[must_use]
pub fn restarts() -> &'static [(&'static str, &'static str)] {
    &workloads::NETWORK
}

/// A rule whose reason has names to be filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template {
    pub(super) looks_at: &'static str,
    pub(super) when: &'static str,
    pub(super) class: Class,
    pub(super) reason: &'static str,
    pub(super) source: &'static str,
}

impl Template {
    pub(super) fn told(&self, about: &'static str) -> Rule {
        Rule {
            about,
            looks_at: self.looks_at.to_owned(),
            when: self.when.to_owned(),
            class: self.class,
            reason: self.reason,
            source: Some(self.source),
        }
    }

    /// What a diff says of it: the reason with what stands for each `{name}`.
    pub(super) fn impact(&self, names: &[(&str, &str)], workloads: Vec<Workload>) -> Impact {
        let reason = names
            .iter()
            .fold(self.reason.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
        Impact { class: self.class, reason, source: Some(self.source), workloads }
    }
}
