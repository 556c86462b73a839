//! One tab: goes to pages, types and clicks as a person does, and notes what goes wrong.

use std::sync::Arc;

use serde_json::{Value, json};

use super::chromium::Connection;
use crate::harness::eventually;

const AXE: &str = include_str!("../../vendor/axe.min.js");
/// Notes violations of the page's policy, besides what the browser logs.
const WATCH: &str = "window.violations = []; document.addEventListener('securitypolicyviolation', \
    (it) => window.violations.push(`${it.violatedDirective} ${it.blockedURI} ${it.sample}`));";
/// Only what people cannot use; advice is not asked for.
const AUDIT: &str = "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations \
    .filter((it) => ['serious', 'critical'].includes(it.impact)) \
    .map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 200) + ' ' + node.failureSummary).join('; ')}`))";
/// How far the page, and whatever of it cannot be scrolled by itself, sticks out to the right.
const OVERFLOW: &str = "document.documentElement.scrollWidth - window.innerWidth";

/// A tab.
pub(crate) struct Tab {
    connection: Arc<Connection>,
    session: String,
}

impl Tab {
    pub(super) async fn new(connection: Arc<Connection>, session: String) -> Self {
        let tab = Self {
            connection,
            session,
        };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.call(&format!("{domain}.enable"), json!({})).await;
        }
        let watch = json!({"source": WATCH});
        tab.call("Page.addScriptToEvaluateOnNewDocument", watch)
            .await;
        tab
    }

    async fn call(&self, method: &str, parameters: Value) -> Value {
        let session = Some(&*self.session);
        self.connection.call(session, method, parameters).await
    }

    /// The size of the window, as a phone or a desk has it.
    pub(crate) async fn width(&self, width: u32) {
        let height = if width < 600 { 780 } else { 900 };
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// What the person's system prefers: `light` or `dark`.
    pub(crate) async fn theme(&self, theme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    /// Goes to a page and waits until it is whole.
    pub(crate) async fn goto(&self, url: &str) {
        let went = self.call("Page.navigate", json!({"url": url})).await;
        assert!(went["errorText"].is_null(), "{url}: {went}");
        self.until("document.readyState === 'complete'").await;
    }

    /// The value of an expression, or why it has none.
    async fn value(&self, expression: &str) -> Result<Value, String> {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let session = Some(&*self.session);
        let answer = self
            .connection
            .ask(session, "Runtime.evaluate", asked)
            .await;
        let result = &answer["result"];
        if !answer["error"].is_null() || !result["exceptionDetails"].is_null() {
            return Err(answer.to_string());
        }
        Ok(result["result"]["value"].clone())
    }

    /// The value of an expression.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        let value = self.value(expression).await;
        value.unwrap_or_else(|why| panic!("{expression}: {why}"))
    }

    /// Waits until an expression is true; pages may come and go meanwhile.
    pub(crate) async fn until(&self, expression: &str) {
        eventually(expression, || async {
            match self.value(&format!("Boolean({expression})")).await {
                Ok(Value::Bool(true)) => Ok(()),
                Ok(_) => Err(self.text().await),
                Err(why) => Err(why),
            }
        })
        .await;
    }

    /// Waits for these words anywhere on the page.
    pub(crate) async fn sees(&self, words: &str) {
        let words = Value::from(words);
        self.until(&format!("document.body.innerText.includes({words})"))
            .await;
    }

    /// What can be read.
    pub(crate) async fn text(&self) -> String {
        let text = self.value("document.body.innerText").await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Clicks in the middle of what a selector finds, as soon as it is there and nothing covers it.
    pub(crate) async fn click(&self, selector: &str) {
        let name = Value::from(selector);
        self.click_on(selector, &format!("document.querySelector({name})"))
            .await;
    }

    /// The same with the last of those that a selector finds whose text has these words.
    pub(crate) async fn click_text(&self, selector: &str, words: &str) {
        let (name, said) = (Value::from(selector), Value::from(words));
        let found = format!(
            "Array.from(document.querySelectorAll({name})).findLast((it) => it.textContent.includes({said}))"
        );
        self.click_on(&format!("{selector} {words}"), &found).await;
    }

    async fn click_on(&self, what: &str, found: &str) {
        let place = format!(
            "(() => {{ const it = {found}; if (!it || document.readyState !== 'complete') return null;
             it.scrollIntoView({{block: 'center', inline: 'center', behavior: 'instant'}});
             const box = it.getBoundingClientRect();
             if (box.width === 0) return null;
             const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
             const top = document.elementFromPoint(x, y);
             return top && (it.contains(top) || top.contains(it)) ? {{x, y}} : null; }})()"
        );
        let at = eventually(what, || async {
            match self.value(&place).await {
                Ok(Value::Null) => Err(self.text().await),
                found => found,
            }
        })
        .await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": at["x"], "y": at["y"], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Types into a field that is found by a selector, over what is there.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        self.click(selector).await;
        self.eval("document.activeElement.select?.()").await;
        self.call("Input.insertText", json!({"text": text})).await;
    }

    /// Presses Enter.
    pub(crate) async fn enter(&self) {
        for kind in ["keyDown", "keyUp"] {
            let key = json!({"type": kind, "key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13});
            self.call("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Fails when the page sticks out, or axe-core finds something serious.
    pub(crate) async fn audit(&self, name: &str) {
        assert_eq!(self.eval(OVERFLOW).await, 0, "{name} is too wide");
        self.eval(&format!("{AXE}\n;0")).await;
        let found = self.eval(AUDIT).await;
        assert_eq!(found, json!([]), "{name}: {found:#}");
        assert_eq!(self.eval("window.violations").await, json!([]), "{name}");
    }

    /// Fails when anything was logged as an error, thrown, refused by a policy or opened by a stored script.
    pub(crate) fn is_clean(&self) {
        let events = self.connection.events(&self.session);
        let bad = |event: &Value| {
            let of = &event["params"];
            match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" | "Page.javascriptDialogOpening" => true,
                "Runtime.consoleAPICalled" => of["type"] == "error" || of["type"] == "assert",
                "Log.entryAdded" => of["entry"]["level"] == "error",
                _ => false,
            }
        };
        let bad: Vec<_> = events.into_iter().filter(bad).collect();
        assert!(bad.is_empty(), "{bad:#?}");
    }
}
