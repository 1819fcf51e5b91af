//! `cniforge explain`: what to do with a cluster, as its definition has it.

use super::{Exit, Session};
use crate::cli::{ExplainArgs, Topic};
use crate::evaluate::Depth;
use crate::finding::{Finding, Severity};
use crate::pipeline;

pub(super) fn run(session: &Session<'_>, args: &ExplainArgs) -> Result<Exit, Finding> {
    let fleet = session.fleet()?;
    let run = pipeline::run(
        &fleet,
        std::slice::from_ref(&args.cluster),
        session.options(Depth::Summary, true),
        |_, _| None,
        |_, _| (),
        |_, _| {},
    )?;
    session.report(&run, Severity::Warning);
    let mut trouble = run.failed();
    for cluster in &run.clusters {
        let Some(summary) = &cluster.summary else { continue };
        if let Some(text) = summary.guides.get(args.topic.name()) {
            session.print(text)?;
        } else {
            trouble = true;
            session.terminal.finding(&nothing_to_say(args.topic).cluster(cluster.name.clone()));
        }
    }
    Ok(if trouble { Exit::Trouble } else { Exit::Fine })
}

fn nothing_to_say(topic: Topic) -> Finding {
    match topic {
        Topic::Migration => Finding::refusal("this cluster is not on its way from one CNI to another")
            .hint("begin with migration+: { from: 'galaxy', phase: 1, podCIDRs: […] }"),
    }
}
