//! The page of `diff --format html` in a real browser: what it shows, by hand and by keyboard, in the light and in the dark.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::diff::HOSTILE;
use crate::fleet::{Fleet, repository};

/// A page in a browser without a window, spoken to through two pipes.
struct Page {
    browser: Child,
    requests: File,
    answers: BufReader<File>,
    session: Option<String>,
    asked: u64,
    /// What the console says that it should not: errors and warnings, of the page and of the browser about it.
    complaints: Vec<String>,
}

impl Page {
    fn open(browser: &Path, folder: &Path, page: &Path) -> Self {
        let (requests, answers) = (folder.join("requests"), folder.join("answers"));
        assert!(Command::new("mkfifo").args([&requests, &answers]).status().unwrap().success());
        // The browser takes requests from 3 and answers on 4. One that hangs is ended, and the test with it.
        let browser = Command::new("bash")
            .args(["-c", "exec timeout 120 \"$@\" 3<\"$REQUESTS\" 4>\"$ANSWERS\"", "bash"])
            .arg(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .envs([("REQUESTS", &requests), ("ANSWERS", &answers)])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let requests = File::options().write(true).open(requests).unwrap();
        let answers = BufReader::new(File::open(answers).unwrap());
        let mut opened = Self { browser, requests, answers, session: None, asked: 0, complaints: Vec::new() };
        let target = opened.call("Target.createTarget", json!({"url": format!("file://{}", page.display())}));
        let session = opened.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        opened.session = session["sessionId"].as_str().map(str::to_owned);
        // What was said before is said again.
        opened.call("Runtime.enable", json!({}));
        opened.call("Log.enable", json!({}));
        // An empty page stands there first.
        opened.wait("(document.getElementById('count')?.textContent ?? '') !== ''", "the page does not load");
        opened
    }

    fn wait(&mut self, condition: &str, otherwise: &str) {
        let late = Instant::now() + Duration::from_mins(1);
        while self.value(condition) != true {
            assert!(Instant::now() < late, "{otherwise}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut request = json!({"id": self.asked, "method": method, "params": params});
        if let Some(session) = &self.session {
            request["sessionId"] = session.as_str().into();
        }
        self.requests.write_all(format!("{request}\0").as_bytes()).unwrap();
        loop {
            let mut answer = Vec::new();
            self.answers.read_until(0, &mut answer).unwrap();
            assert_eq!(answer.pop(), Some(0), "the browser has ended");
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            let told = &answer["params"];
            let bad = match answer["method"].as_str() {
                Some("Runtime.exceptionThrown") => true,
                Some("Runtime.consoleAPICalled") => {
                    ["error", "warning", "assert"].contains(&told["type"].as_str().unwrap())
                }
                Some("Log.entryAdded") => told["entry"]["level"] == "error" || told["entry"]["level"] == "warning",
                _ => false,
            };
            if bad {
                self.complaints.push(told.to_string());
            }
            if answer["id"] == self.asked {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn value(&mut self, expression: &str) -> Value {
        let answer = self.call("Runtime.evaluate", json!({"expression": expression, "returnByValue": true}));
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits for what has been opened: a browser says so to the page when it gets to it, and only then is it filled.
    fn filled(&mut self) {
        self.wait(
            "document.querySelector('#changes details[open] > div:empty') === null",
            "what is opened stays empty",
        );
    }

    fn key(&mut self, key: &str) {
        let (text, code) = if key == "Enter" { ("\r", 13) } else { (key, 0) };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "windowsVirtualKeyCode": code});
            if kind == "keyDown" {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    fn count(&mut self) -> String {
        self.value("document.getElementById('count').textContent").as_str().unwrap().to_owned()
    }

    /// What tests/integration/accessibility.js finds.
    fn barriers(&mut self) -> Vec<String> {
        serde_json::from_value(self.value(include_str!("accessibility.js"))).unwrap()
    }

    fn scheme(&mut self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    fn width(&mut self, width: u32) {
        let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Chooses in one of the filters, as a user would.
    fn choose(&mut self, filter: &str, value: &str) -> String {
        self.value(&format!(
            "(() => {{ const it = document.getElementById('{filter}'); it.value = '{value}'; \
             it.dispatchEvent(new Event('input')); }})()"
        ));
        self.count()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}

/// None where there is none; CI has one.
fn browser() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|name| {
        ["/usr/bin", "/usr/local/bin", "/snap/bin"]
            .into_iter()
            .map(|folder| Path::new(folder).join(name))
            .find(|path| path.exists())
    })
}

#[test]
fn a_browser_shows_the_page() {
    let Some(browser) = browser() else { return };
    let fleet = Fleet::galaxy(&["a", "b"]).committed();
    let map = "apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'n' }";
    fleet.cluster("a", &format!("extraObjects: {{ m: {{ {map}, data: {{ k: {} }} }} }}", Value::from(HOSTILE)));
    fleet.cluster("b", "networkArgs: { backendType: 'host-gw' }");
    fleet.write("page.html", &fleet.run(&["diff", "--format", "html"]).out);
    let mut page = Page::open(&browser, &fleet.root, &fleet.root.join("page.html"));
    let all = page.count();
    let total: usize =
        all.strip_suffix(" changes").and_then(|text| text.split(' ').next_back()).unwrap().parse().unwrap();
    assert!(total >= 2 && all == format!("{total} of {total} changes"), "{all}");

    // What others have written is text, and nothing comes from elsewhere.
    assert_eq!(page.value("document.querySelectorAll('#changes img, #changes script').length"), 0);
    assert_eq!(page.value("performance.getEntriesByType('resource').length"), 0);

    // By keyboard alone: to the first change, open it, side by side, on to the next one.
    let focused = "document.activeElement.textContent";
    page.key("j");
    let first = page.value(focused);
    assert!(first.as_str().unwrap().starts_with("drops-connections"), "{first}");
    page.key("Enter");
    assert_eq!(page.value("document.querySelectorAll('#changes details[open]').length"), 1);
    page.filled();
    let cells = "document.querySelector('.lines tbody tr').cells.length";
    assert_eq!(page.value(cells), 3);
    assert!(page.value("document.querySelectorAll('.lines mark').length").as_u64() > Some(0), "words stand out");
    page.key("s");
    assert_eq!(page.value(cells), 4);
    page.key("j");
    assert_ne!(page.value(focused), first);
    page.key("k");
    assert_eq!(page.value(focused), first);
    page.key("/");
    assert_eq!(page.value("document.activeElement.id"), "find");
    "onerror".chars().for_each(|c| page.key(&c.to_string()));
    assert_eq!(page.count(), format!("1 of {total} changes"));
    assert_eq!(page.choose("find", ""), all);

    // By hand: each filter, and the table of the clusters, which is one too.
    assert_eq!(page.choose("impact", "drops-connections"), format!("1 of {total} changes"));
    assert_eq!(page.choose("impact", ""), all);
    assert!(!page.choose("kind", "ConfigMap").starts_with('0'), "both clusters have one that changes");
    page.choose("kind", "");
    assert_eq!(page.choose("cluster", "a"), format!("1 of {total} changes"));
    page.choose("cluster", "");
    let table = "[...document.querySelectorAll('#fleet tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))";
    let rows = page.value(table);
    assert_eq!((&rows[0][0], &rows[0][2]), (&json!("b"), &json!("drops-connections")), "{rows}");
    assert_eq!(rows[1], json!(["a", "1", "none"]));
    page.value("document.querySelectorAll('#fleet button')[1].click()");
    assert_eq!(page.count(), format!("1 of {total} changes"));

    // In the dark, the text is light.
    let light_on_dark = "(() => { const style = getComputedStyle(document.body); \
         const sum = (colour) => colour.match(/\\d+/g).slice(0, 3).reduce((all, one) => all + Number(one), 0); \
         return sum(style.color) > sum(style.backgroundColor); })()";
    for (scheme, expected) in [("light", false), ("dark", true)] {
        page.scheme(scheme);
        assert_eq!(page.value(light_on_dark), expected, "{scheme}");
    }

    // The keys can be turned off, for whoever speaks to the browser.
    page.value("document.getElementById('keys').click(); document.activeElement.blur()");
    let before = page.value("document.getElementById('view').value");
    page.key("s");
    assert_eq!(page.value("document.getElementById('view').value"), before);
    assert_eq!(page.complaints, [""; 0]);
}

/// A tree for each of many clusters: `diff --committed` needs no definitions.
fn write_trees(fleet: &Fleet, clusters: usize, first_port: usize, backend: &str) {
    let example = repository().join("rendered/global/galaxy/kube-system/configmap-galaxy-etc.yaml");
    // Without it a file is not the program's own.
    let header = fs::read_to_string(example).unwrap().lines().next().unwrap().to_owned();
    for number in 0..clusters {
        let write = |kind: &str, name: &str, body: &str| {
            let metadata = format!("metadata:\n  name: {name}\n  namespace: kube-system");
            fleet.write(
                &format!("rendered/c{number:03}/galaxy/kube-system/{}-{name}.yaml", kind.to_lowercase()),
                &format!("{header}\napiVersion: v1\nkind: {kind}\n{metadata}\n{body}\n"),
            );
        };
        write("ConfigMap", "cfg", &format!("data:\n  backend: {backend}"));
        write("Service", "galaxy", &format!("spec:\n  ports:\n  - port: {}", first_port + number));
    }
}

#[test]
fn a_browser_shows_four_hundred_clusters() {
    let Some(browser) = browser() else { return };
    let fleet = Fleet::new();
    write_trees(&fleet, 400, 1, "vxlan");
    let fleet = fleet.committed();
    write_trees(&fleet, 400, 1001, "host-gw");
    fleet.write("page.html", &fleet.run(&["diff", "--committed", "HEAD", "--format", "html"]).out);
    let mut page = Page::open(&browser, &fleet.root, &fleet.root.join("page.html"));
    // A port each, and the backend that all have in common.
    assert_eq!(page.count(), "401 of 401 changes");
    assert_eq!(page.value("document.querySelectorAll('#fleet tbody tr').length"), 400);
    assert_eq!(page.choose("cluster", "c399"), "2 of 401 changes");
    page.choose("cluster", "");
    page.value("document.getElementById('open').click()");
    page.filled();
    assert_eq!(page.value("document.querySelectorAll('#changes .lines').length"), 401);
    assert_eq!(page.complaints, [""; 0]);

    page.value("console.error('seen')");
    page.value("1");
    assert_eq!(page.complaints.len(), 1, "the console is listened to: {:?}", page.complaints);
}

/// A rule of the check, and what makes a page that breaks it.
const WRONG: [(&str, &str); 25] = [
    ("language", "document.documentElement.lang = ''"),
    ("title", "document.title = ''"),
    ("one main", "document.querySelector('main').append(document.createElement('main'))"),
    ("one h1", "document.querySelector('h1').remove()"),
    (
        "heading order",
        "document.querySelector('main').append(Object.assign(document.createElement('h3'), {textContent: 'x'}))",
    ),
    ("one id", "document.getElementById('changes').id = 'count'"),
    ("name of a landmark", "document.getElementById('changes').removeAttribute('aria-label')"),
    ("target of a link", "document.querySelector('.skip').href = '#nowhere'"),
    ("outside of every landmark", "document.body.append(document.createElement('div'))"),
    ("name", "document.getElementById('find').parentElement.firstChild.remove()"),
    ("heads of a table", "document.querySelector('#overview th').removeAttribute('scope')"),
    ("contrast of text", "document.getElementById('headline').style.color = '#999'"),
    ("size of text", "document.getElementById('headline').style.fontSize = '9px'"),
    ("contrast of a control", "document.getElementById('find').style.borderColor = '#ddd'"),
    ("reached by keyboard", "document.getElementById('open').tabIndex = -1"),
    ("takes the focus", "document.getElementById('open').disabled = true"),
    ("summary", "document.querySelector('summary').after(document.createElement('summary'))"),
    (
        "list",
        "document.querySelector('header').append(document.createElement('ul')); document.querySelector('header ul').append(document.createElement('p'))",
    ),
    ("zoom", "document.querySelector('meta[name=viewport]').content = 'user-scalable=no'"),
    ("order of the keyboard", "document.getElementById('find').tabIndex = 3"),
    ("focus is seen", "document.getElementById('find').style.outline = 'none'"),
    ("size of a target", "document.getElementById('open').style.cssText = 'height: 12px; padding: 0'"),
    (
        "scrolled by keyboard",
        "document.getElementById('headline').style.cssText = 'width: 50px; overflow: auto; white-space: nowrap'",
    ),
    ("motion", "document.getElementById('open').style.transition = 'all 1s'"),
    ("scrolls sideways", "document.getElementById('headline').style.width = '3000px'"),
];

#[test]
fn everybody_can_read_and_work_the_page() {
    let Some(browser) = browser() else { return };
    let fleet = Fleet::galaxy(&["a", "b"]).committed();
    fleet.cluster("a", "networkArgs: { backendType: 'host-gw' }, networkDevice: 'bond0'");
    fleet.cluster(
        "b",
        "extraObjects: { m: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'n' } } }",
    );
    fleet.write("page.html", &fleet.run(&["diff", "--format", "html"]).out);
    let mut page = Page::open(&browser, &fleet.root, &fleet.root.join("page.html"));
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)] {
        page.scheme(scheme);
        page.width(width);
        for state in ["true", "document.getElementById('open').click()", "document.getElementById('fleet').open = true"]
        {
            page.value(state);
            page.filled();
            assert_eq!(page.barriers(), [""; 0], "{scheme}, {width} wide, after {state}");
        }
        assert!(!page.choose("view", "split").is_empty());
        assert_eq!(page.barriers(), [""; 0], "{scheme}, {width} wide, side by side");
        page.choose("view", "unified");
        page.value("document.getElementById('open').click(); document.getElementById('fleet').open = false");
    }
    page.width(1280);
    page.scheme("light");

    for (rule, wrong) in WRONG {
        page.value(&format!("window.kept = document.documentElement.cloneNode(true); {wrong}; 1"));
        let found = page.barriers();
        assert!(found.iter().any(|barrier| barrier.starts_with(&format!("{rule}: "))), "{rule}: {found:?}");
        page.value("document.replaceChild(window.kept, document.documentElement); 1");
    }
}
