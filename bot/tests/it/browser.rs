//! Dashboard, API document and the simulator's phones in a real browser, at the width of a phone and of a desk.

mod chromium;
mod dashboard;
mod phones;
mod tab;

const WIDTHS: [u32; 2] = [360, 1280];
const THEMES: [&str; 2] = ["light", "dark"];
/// Each would run if it were not escaped, and the policy's complaint would show it even then.
const HOSTILE: [&str; 3] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)>",
    "'\"><svg onload=alert(3)>{{7*7}}",
];
