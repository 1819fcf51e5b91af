//! One problem, and everything a reader needs to mend it.

use serde::Serialize;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is wrong; `list` says it, other commands do not.
    Note,
    /// Worth reading; nothing is held back.
    Warning,
    /// The cluster is not written unless the user says `--allow-findings`.
    Error,
    /// The cluster cannot be rendered at all, whatever is allowed.
    Refusal,
}

/// Where something stands in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Relative to the fleet's root; `<cniforge>/…` for the built-in library.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// How many characters of the line it covers, at least 1.
    pub width: usize,
    /// The whole line.
    #[serde(skip)]
    pub text: String,
}

/// One problem of one cluster or of the whole fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// The rule that found it, `CNI011`; absent for what is no rule's.
    pub rule: Option<&'static str>,
    /// The cluster, where there is one; a definition's file name while the cluster's name is not known.
    pub cluster: Option<String>,
    /// The object, as `DaemonSet kube-system/cilium`.
    pub object: Option<String>,
    /// The field in the definition: `networkArgs.tunnel`.
    pub path: Option<String>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where it stands.
    pub place: Option<Place>,
    /// The field of an object whose trouble this is as well, `manifests.cilium.config.data.mtu`: said once, by this one.
    #[serde(skip)]
    pub covers: Option<String>,
    /// What could stand there instead, where that is a list.
    #[serde(skip)]
    pub known: Vec<String>,
    /// The reason for which the definition accepts it.
    pub allowed: Option<String>,
    /// How the evaluation came there, innermost first; only where that is more than `place` says.
    pub trace: Vec<(String, Place)>,
}

impl Finding {
    /// A problem that keeps its cluster from being rendered.
    #[must_use]
    pub fn refusal(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Refusal,
            rule: None,
            cluster: None,
            object: None,
            path: None,
            message: message.into(),
            hint: None,
            place: None,
            covers: None,
            known: Vec::new(),
            allowed: None,
            trace: Vec::new(),
        }
    }

    /// The same problem with another weight.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same problem with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem at a field of the definition.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same problem with its place.
    #[must_use]
    pub fn place(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The same problem with its object.
    #[must_use]
    pub fn object(mut self, object: impl ToString) -> Self {
        self.object = Some(object.to_string());
        self
    }

    /// The same problem with its cluster.
    #[must_use]
    pub fn cluster(mut self, cluster: impl Into<String>) -> Self {
        self.cluster = Some(cluster.into());
        self
    }
}

/// The names closest to `wrong`, best first: what "did you mean" offers. Empty when nothing is near.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = wrong.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .filter(|name| *name != wrong)
        .map(|name| (strsim::normalized_damerau_levenshtein(&folded, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= 0.6)
        .collect();
    scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.retain(|(score, _)| best - score < 0.1);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The hint for a name that is not known: the nearest ones, or all of them if they are few.
#[must_use]
pub fn suggest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    const FEW: usize = 12;
    let near = nearest(wrong, known.clone());
    let quoted = |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>();
    if !near.is_empty() {
        return Some(format!("did you mean {}?", quoted(&near).join(" or ")));
    }
    let all: Vec<&str> = known.into_iter().collect();
    match all.len() {
        0 => None,
        1 => Some(format!("the only one known is `{}`", all[0])),
        2..=FEW => Some(format!("known are {}", quoted(&all).join(", "))),
        more => Some(format!("none of the {more} known names is near")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let known = ["networkArgs", "networkDevice", "name"];
        assert_eq!(suggest("networkArg", known).as_deref(), Some("did you mean `networkArgs`?"));
        assert_eq!(suggest("networkargs", known).as_deref(), Some("did you mean `networkArgs`?"));
        assert_eq!(suggest("zzz", known).as_deref(), Some("known are `networkArgs`, `networkDevice`, `name`"));
        assert_eq!(suggest("zzz", ["a"]).as_deref(), Some("the only one known is `a`"));
        assert_eq!(suggest("zzz", std::iter::empty()), None);
    }
}
