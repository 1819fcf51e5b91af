//! The page of `diff --format html` in a real browser: what it shows, by hand and by keyboard, in the light and in the dark.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::diff::HOSTILE;
use crate::fleet::Fleet;

/// A page in a browser without a window, spoken to through two pipes.
struct Page {
    browser: Child,
    requests: File,
    answers: BufReader<File>,
    session: Option<String>,
    asked: u64,
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
        let mut opened = Self { browser, requests, answers, session: None, asked: 0 };
        let target = opened.call("Target.createTarget", json!({"url": format!("file://{}", page.display())}));
        let session = opened.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        opened.session = session["sessionId"].as_str().map(str::to_owned);
        let late = Instant::now() + Duration::from_mins(1);
        // An empty page stands there first.
        while opened.value("document.getElementById('count')?.textContent ?? ''") == "" {
            assert!(Instant::now() < late, "the page does not load");
            std::thread::sleep(Duration::from_millis(20));
        }
        opened
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

#[test]
fn a_browser_shows_the_page() {
    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|name| {
        ["/usr/bin", "/usr/local/bin", "/snap/bin"]
            .into_iter()
            .map(|folder| Path::new(folder).join(name))
            .find(|path| path.exists())
    }) else {
        // There is none here; CI has one.
        return;
    };
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
    let cells = "document.querySelector('.lines tr').cells.length";
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
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        page.call("Emulation.setEmulatedMedia", json!({"features": features}));
        assert_eq!(page.value(light_on_dark), expected, "{scheme}");
    }
}
