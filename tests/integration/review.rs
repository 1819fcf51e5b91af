//! What runs on pull requests: the workflow, the action, and the script that comments, with a stand-in for GitHub's own
//! program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value as Yaml;

use crate::fleet::{Fleet, Run, repository};

fn yaml(path: &str) -> Yaml {
    serde_yaml::from_str(&fs::read_to_string(repository().join(path)).unwrap()).unwrap()
}

fn steps(of: &Yaml) -> &[Yaml] {
    of["steps"].as_sequence().unwrap()
}

/// The job that runs what the pull request brings can only read; the one that writes has nothing of it but text.
#[test]
fn the_workflow_keeps_reading_and_writing_apart() {
    let workflow = yaml(".github/workflows/review.yml");
    let on = workflow["on"].as_mapping().unwrap();
    assert_eq!(on.keys().filter_map(Yaml::as_str).collect::<Vec<_>>(), ["pull_request"], "no pull_request_target");
    assert!(workflow["permissions"].as_mapping().unwrap().is_empty(), "what is not granted is denied");
    let text = fs::read_to_string(repository().join(".github/workflows/review.yml")).unwrap();
    assert!(!text.contains("secrets."), "a fork's pull request has no secrets, and needs none");
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        let permissions = job["permissions"].as_mapping().unwrap();
        let writes = permissions.values().any(|value| value.as_str() == Some("write"));
        for step in steps(job) {
            let uses = step["uses"].as_str().unwrap_or_default();
            // A tag can be moved; a hash cannot.
            let pinned = uses.split_once('@').is_none_or(|(_, at)| at.len() == 40);
            assert!(pinned || uses.starts_with("./"), "{name}: {uses}");
            if uses.starts_with("actions/checkout@") {
                assert_eq!(step["with"]["persist-credentials"].as_bool(), Some(false), "{name}");
                let head = step["with"]["ref"].as_str() != Some("${{ github.event.pull_request.base.sha }}");
                assert!(!(writes && head), "{name} writes, and has checked out the pull request's files");
            }
            assert!(!(writes && uses == "./"), "{name} writes, and runs the pull request's program");
            // What others have written reaches a script through its environment, never as a part of it.
            assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{name}: {step:?}");
        }
        if writes {
            let condition = job["if"].as_str().unwrap();
            assert!(condition.contains("head.repo.full_name == github.repository"), "{name} runs for forks");
        }
    }
}

/// Puts a program in the place of another one.
fn stand_in(folder: &Path, name: &str, script: &str) {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn path_with(folder: &Path) -> String {
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

#[test]
fn the_action_reports_a_pull_request() {
    let action = yaml("action.yml");
    let fleet = Fleet::galaxy(&["a"]).committed();
    fleet.cluster("a", "networkArgs: { backendType: 'host-gw' }");
    let temp = fleet.root.join("runner");
    fs::create_dir_all(&temp).unwrap();
    let programs = temp.join("bin");
    stand_in(&programs, "cniforge", &format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_cniforge")));
    let run = |name: &str, fail_on: &str| -> Run {
        let step = steps(&action["runs"]).iter().find(|step| step["name"].as_str() == Some(name)).unwrap();
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "{name}: a value must not become a part of the script");
        // As the runner starts it.
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(&fleet.root).env_clear();
        command.envs([("FLEET", "."), ("BASE", "HEAD"), ("FAIL_ON", fail_on)]).env("PATH", path_with(&programs));
        for name in ["RUNNER_TEMP", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
            command.env(name, if name == "RUNNER_TEMP" { temp.clone() } else { temp.join(name) });
        }
        command.output().unwrap().into()
    };
    let compared = run("Compare", "");
    assert_eq!(compared.code, 0, "{compared:?}");
    assert!(compared.out.starts_with("::warning file=clusters/a.jsonnet,line="), "{compared:?}");
    assert!(fleet.read("runner/cniforge-diff.md").starts_with("## What this changes in the clusters"));
    assert!(fleet.read("runner/cniforge-diff.html").starts_with("<!doctype html>"));
    assert_eq!(fleet.read("runner/GITHUB_STEP_SUMMARY"), fleet.read("runner/cniforge-diff.md"));
    let outputs = fleet.read("runner/GITHUB_OUTPUT");
    assert!(outputs.contains("comment=") && outputs.contains("page="), "{outputs}");

    assert_eq!(run("Hold back", "drops-connections").code, 1);
    assert_eq!(run("Hold back", "security").code, 0);
    assert_eq!(run("Check", "").code, 1, "the tree is not rendered");
    fleet.ok(&["render"]);
    let checked = run("Check", "");
    assert_eq!(checked.code, 0, "{checked:?}");
    // A definition that cannot be rendered fails the step, and not only differs.
    fleet.write("clusters/a.jsonnet", "error 'broken'");
    assert_ne!(run("Compare", "").code, 0);
}

#[test]
fn a_comment_is_made_once_and_then_updated() {
    let fleet = Fleet::new();
    let programs = fleet.root.join("bin");
    // Lists one comment, by its id, once there is one; keeps what it is given.
    stand_in(
        &programs,
        "gh",
        "#!/bin/sh\ncase \"$*\" in\n*--paginate*) [ ! -e posted ] || echo 77 ;;\n*) echo \"$*\" >>calls\n\
         for word in \"$@\"; do case \"$word\" in body=@*) cp \"${word#body=@}\" posted ;; esac; done ;;\nesac\n",
    );
    let post = |text: &str| {
        fleet.write("comment.md", text);
        let script = repository().join(".github/post-comment.sh");
        let run: Run = Command::new("bash")
            .arg(script)
            .args(["owner/fleet", "5", "comment.md"])
            .current_dir(&fleet.root)
            .env("PATH", path_with(&programs))
            .output()
            .unwrap()
            .into();
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(fleet.read("posted"), format!("<!-- cniforge diff -->\n{text}"));
    };
    post("first\n");
    post("second\n");
    let calls = fleet.read("calls");
    let calls: Vec<&str> = calls.lines().collect();
    assert!(calls[0].contains("--method POST repos/owner/fleet/issues/5/comments"), "{calls:?}");
    assert!(calls[1].contains("--method PATCH repos/owner/fleet/issues/comments/77"), "{calls:?}");
    assert_eq!(calls.len(), 2);
}

#[test]
fn the_hook_of_pre_commit_says_what_is_out_of_date() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = &hooks.as_sequence().unwrap()[0];
    assert_eq!(hook["id"].as_str(), Some("cniforge-check"));
    let entry: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
    assert_eq!((entry[0], hook["pass_filenames"].as_bool()), ("cniforge", Some(false)));
    let fleet = Fleet::galaxy(&["a"]);
    fleet.ok(&["render"]);
    fleet.ok(&entry[1..]);
    fleet.cluster("a", "networkDevice: 'bond7'");
    let run = fleet.run(&entry[1..]);
    assert!(run.code == 1 && run.out.contains("rendered/a/"), "{run:?}");
}
