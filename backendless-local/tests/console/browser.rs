//! A headless Chromium, controlled with the Chrome DevTools Protocol over a pipe:
//! <https://chromedevtools.github.io/devtools-protocol/>. The pipe needs no WebSocket, and so no further dependency.
//!
//! The browser is the program in the environment variable `CHROME`, or one in `PATH`. Without one, the tests print that
//! they are skipped, unless `BACKENDLESS_BROWSER_TESTS` is `required`.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The time after which a browser that does not respond fails the test.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Functions that the tests call in the page.
const HELPERS: &str = include_str!("helpers.js");

/// The size of the page in pixels.
#[derive(Clone, Copy)]
pub(crate) struct Size(pub(crate) u32, pub(crate) u32);

pub(crate) const DESKTOP: Size = Size(1280, 800);
pub(crate) const PHONE: Size = Size(360, 740);

pub(crate) struct Browser {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    events: VecDeque<Value>,
    next_id: u64,
    session: Option<String>,
    origin: String,
    /// Errors of the page so far: exceptions, violations of the Content-Security-Policy, requests to other origins.
    errors: Vec<String>,
    _profile: TempDir,
}

/// Starts a browser with the page of a server. Returns `None` if there is no browser.
pub(crate) fn open(origin: &str) -> Option<Browser> {
    let Some(program) = find() else {
        let is_required =
            std::env::var("BACKENDLESS_BROWSER_TESTS").is_ok_and(|value| value == "required");
        assert!(
            !is_required,
            "no browser was found: set CHROME to the path of Chromium"
        );
        eprintln!("skipped: no browser was found; set CHROME to the path of Chromium");
        return None;
    };
    let mut browser = Browser::start(&program, origin);
    browser.attach();
    browser.resize(DESKTOP, "light");
    browser.load("");
    Some(browser)
}

fn find() -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("CHROME") {
        return Some(program.into());
    }
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let folders = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let mut programs = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs.find(|program| cfg!(unix) && program.is_file())
}

impl Browser {
    fn start(program: &Path, origin: &str) -> Browser {
        let profile = tempfile::tempdir().unwrap();
        // The protocol uses the descriptors 3 and 4, which the shell takes from the pipes.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#])
            .arg(program)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args([
                "--headless=new",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--no-first-run",
            ])
            .args([
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
            ])
            .args([
                "--disable-extensions",
                "--disable-component-update",
                "--no-proxy-server",
                "about:blank",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut parts = BufReader::new(output).split(0);
            while let Some(Ok(part)) = parts.next() {
                // The receiver is gone at the end of the test.
                let _ = sender.send(serde_json::from_slice(&part).unwrap());
            }
        });
        Browser {
            child,
            input,
            messages,
            events: VecDeque::new(),
            next_id: 0,
            session: None,
            origin: origin.to_owned(),
            errors: Vec::new(),
            _profile: profile,
        }
    }

    /// Opens a page and subscribes to its events.
    fn attach(&mut self) {
        let target = self.command("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.command("Target.attachToTarget", attach);
        self.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.command(&format!("{domain}.enable"), json!({}));
        }
        self.command(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": HELPERS}),
        );
        let permissions = json!({"origin": self.origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        let session = self.session.take();
        self.command("Browser.grantPermissions", permissions);
        self.session = session;
    }

    /// Sends a command and returns its result.
    pub(crate) fn command(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let mut message = json!({"id": self.next_id, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.as_mut().unwrap().write_all(&bytes).unwrap();
        loop {
            let message = self.messages.recv_timeout(TIMEOUT);
            let message =
                message.unwrap_or_else(|_| panic!("the browser does not respond to {method}"));
            if message["id"] == self.next_id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.record(message);
        }
    }

    /// Records an event if it is an error.
    fn record(&mut self, event: Value) {
        let params = &event["params"];
        let error = match event["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
            "Log.entryAdded" if params["entry"]["level"] == "error" => {
                Some(params["entry"].to_string())
            }
            "Runtime.consoleAPICalled" if params["type"] == "error" => {
                Some(params["args"].to_string())
            }
            "Network.requestWillBeSent" => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                let own = [self.origin.as_str(), "blob:", "data:", "about:"];
                let is_own = own.iter().any(|own| url.starts_with(own));
                (!is_own).then(|| format!("a request to {url}"))
            }
            "Page.javascriptDialogOpening" => Some(params.to_string()),
            _ => None,
        };
        self.errors.extend(error);
        self.events.push_back(event);
        self.events.truncate(1_000);
    }

    /// Returns the errors so far, and forgets them.
    pub(crate) fn take_errors(&mut self) -> Vec<String> {
        self.eval("1");
        std::mem::take(&mut self.errors)
    }

    /// Sets the size of the page and its color scheme.
    pub(crate) fn resize(&mut self, Size(width, height): Size, scheme: &str) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.command("Emulation.setDeviceMetricsOverride", size);
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.command("Emulation.setEmulatedMedia", json!({"features": [feature]}));
    }

    /// Opens a page of the console, such as `tables/Person`, as a link does, and waits until it is complete.
    pub(crate) fn visit(&mut self, path: &str) {
        if self.eval("document.getElementById('page')").is_null() {
            return self.load(path);
        }
        let hash = json!(format!("#/{path}"));
        self.eval(&format!("go({hash})"));
        self.wait(&format!(
            "document.getElementById('page').dataset.ready === {hash}"
        ));
    }

    /// Opens a page of the console in a new document.
    pub(crate) fn load(&mut self, path: &str) {
        let hash = format!("#/{path}");
        let url = format!("{}/{hash}", self.origin);
        // A change of the part behind `#` alone would keep the document.
        self.command("Page.navigate", json!({"url": "about:blank"}));
        self.command("Page.navigate", json!({ "url": url }));
        self.wait(&format!(
            "document.getElementById('page')?.dataset.ready === {}",
            json!(hash)
        ));
    }

    /// Evaluates an expression, or awaits the promise that it is, and returns its value.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true});
        let result = self.command("Runtime.evaluate", params);
        let exception = &result["exceptionDetails"];
        assert!(exception.is_null(), "{expression}: {exception}");
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait(&mut self, condition: &str) {
        let waited = self.eval(&format!("until(() => {condition})"));
        if waited != true {
            let text = self.eval("document.body.innerText");
            panic!(
                "not true after 15 seconds: {condition}\nerrors: {:?}\npage: {text}",
                self.errors
            );
        }
    }

    /// Waits until the page has a text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait(&format!(
            "document.body.innerText.includes({})",
            json!(text)
        ));
    }

    /// Clicks the button or link with a text or an accessible name, once there is one.
    pub(crate) fn click(&mut self, name: &str) {
        let name = json!(name);
        self.wait(&format!("control({name}) && !control({name}).disabled"));
        self.eval(&format!("control({name}).click()"));
    }

    /// Sets the value of the field with a label that begins with a text.
    pub(crate) fn fill(&mut self, label: &str, value: &str) {
        let label = json!(label);
        self.wait(&format!("input({label})"));
        self.eval(&format!("enter(input({label}), {})", json!(value)));
    }

    /// Presses a key: `Enter`, `Escape` or `Tab`.
    pub(crate) fn press(&mut self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            _ => 9,
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event =
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
            if key == "Enter" && kind == "keyDown" {
                event["text"] = "\r".into();
            }
            self.command("Input.dispatchKeyEvent", event);
        }
    }

    /// Writes a picture of the page to a file in the folder `target/tmp/console`.
    pub(crate) fn screenshot(&mut self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.command("Page.captureScreenshot", json!({"format": "png"}));
        let bytes = decode_base64(picture["data"].as_str().unwrap());
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends when the pipe is closed; its processes must not use the profile when it is deleted.
        self.input = None;
        let _ = self.child.wait();
    }
}

fn decode_base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(value)
        .collect();
    let bytes = digits.chunks(4).flat_map(|chunk| {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - chunk.len()));
        bits.to_be_bytes()[1..chunk.len()].to_vec()
    });
    bytes.collect()
}
