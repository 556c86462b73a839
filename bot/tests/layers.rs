//! Imports point down the ladder only:
//! `main → app → {http, worker} → {store, graph, redis} → whatsapp → conversation → domain`.
//!
//! Reads every `crate::` path of every source file and holds it against the ladder; a module that is
//! not on the ladder fails, so that a new one gets its place. The pure layers are also held to the
//! few crates that need no clock, randomness, log or I/O.

#![expect(clippy::unwrap_used, reason = "a test helper may stop the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From top to bottom. A module may import from lower rungs; those of one rung don't know each other.
const LADDER: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["app"],
    &["config"],
    &["http", "worker"],
    &["store", "graph", "redis"],
    &["pod", "cache"],
    &["telemetry", "metrics"],
    &["whatsapp", "admin"],
    &["conversation"],
    &["domain"],
];

const PURE: [&str; 3] = ["whatsapp", "conversation", "domain"];

const PURE_CRATES: [&str; 17] = [
    "std",
    "chrono",
    "chrono_tz",
    "core",
    "crate",
    "super",
    "self",
    "serde",
    "serde_json",
    "thiserror",
    "uuid",
    "hex",
    "hmac",
    "secrecy",
    "sha2",
    "unicode_normalization",
    "unicode_segmentation",
];

/// Words that stand for a clock, randomness, a log or I/O.
const IMPURE: [&str; 18] = [
    "Utc::now",
    "Local::now",
    "std::time",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::sync",
    "async fn",
    ".await",
    "new_v4(",
    "now_v7(",
    "println!",
    "eprintln!",
    "static mut",
    "thread_local!",
];

#[test]
fn imports_point_down_the_ladder() {
    let mut faults = Vec::new();
    let files = sources();
    assert!(files.len() > 20, "only {} files found", files.len());
    for (module, path) in files {
        let source = fs::read_to_string(&path).unwrap();
        faults.extend(upward(&module, &source).map(|fault| format!("{}: {fault}", path.display())));
        if PURE.contains(&module.as_str()) && !is_test(&path) {
            let found = impure(&source);
            faults.extend(found.map(|fault| format!("{}: {fault}", path.display())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn faults_are_found() {
    let upward = |module, source| upward(module, source).collect::<Vec<_>>();
    assert_eq!(
        upward("store", "use crate::domain::Phone;"),
        Vec::<String>::new()
    );
    assert_eq!(
        upward("store", "use crate::store::rows;"),
        Vec::<String>::new()
    );
    assert_eq!(
        upward("store", "// crate::http is above"),
        Vec::<String>::new()
    );
    for (module, source) in [
        ("domain", "use crate::whatsapp::Content;"),
        ("domain", "use crate::{conversation::State, domain::Phone};"),
        (
            "domain",
            "use crate::{\n    domain::Phone,\n    store::{self, Pool},\n};",
        ),
        ("domain", "fn f() { crate::store::open(); }"),
        ("store", "use crate::graph::Client;"),
        ("http", "use crate::worker::Loop;"),
        ("worker", "use crate::app::App;"),
        ("domain", "use crate::unplaced::Thing;"),
        ("unplaced", "use crate::domain::Phone;"),
        ("unplaced", ""),
    ] {
        assert_eq!(upward(module, source).len(), 1, "{module}: {source}");
    }
    for source in [
        "use tokio::time::sleep;",
        "let now = Utc::now();",
        "    use rand::Rng;",
        "let now = std::time::Instant::now();",
        "pub async fn send() {}",
        "let id = Uuid::new_v4();",
        "tracing::info!(\"x\");",
    ] {
        assert_eq!(impure(source).count(), 1, "{source}");
    }
    assert_eq!(
        impure("use serde::Serialize;\nuse std::fmt;\n// reads no std::time").count(),
        0
    );
}

/// Every source file of the library and the binary, with the module on the ladder it belongs to.
fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inner = path.strip_prefix(&root).unwrap();
                let first = inner
                    .components()
                    .next()
                    .unwrap()
                    .as_os_str()
                    .to_string_lossy();
                let module = first.trim_end_matches(".rs").to_owned();
                // The list of modules itself belongs to no rung.
                if module != "lib" {
                    found.push((module, path));
                }
            }
        }
    }
    found.sort();
    found
}

/// Tests of a pure module may read files.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        ["tests", "tests.rs", "samples.rs"]
            .iter()
            .any(|name| part.as_os_str() == *name)
    })
}

fn rung(module: &str) -> Option<usize> {
    LADDER.iter().position(|rung| rung.contains(&module))
}

/// The imports of a source that don't point down.
fn upward(module: &str, source: &str) -> impl Iterator<Item = String> {
    let mut faults = Vec::new();
    match rung(module) {
        None => faults.push(format!("{module} has no place on the ladder")),
        Some(own) => {
            for other in imported(source).into_iter().filter(|other| other != module) {
                match rung(&other) {
                    Some(theirs) if theirs > own => {}
                    Some(_) => faults.push(format!("{module} imports {other}")),
                    None => faults.push(format!("{other} has no place on the ladder")),
                }
            }
        }
    }
    faults.into_iter()
}

/// The top-level modules that a source names.
fn imported(source: &str) -> BTreeSet<String> {
    let code: String = code_lines(source).collect::<Vec<_>>().join("\n");
    let mut modules = BTreeSet::new();
    // The binary sees the library by its crate's name.
    for root in ["crate::", "ubermench_bot::"] {
        for (at, _) in code.match_indices(root) {
            let before = code.get(..at).unwrap_or_default().chars().next_back();
            // `$crate` and longer names are other paths.
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            let rest = code.get(at + root.len()..).unwrap_or_default();
            match rest.strip_prefix('{') {
                Some(group) => modules.extend(heads(group)),
                None => modules.extend(word(rest)),
            }
        }
    }
    // Constants and macros at the crate's root are no modules.
    modules.retain(|name| {
        name.chars()
            .all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '_')
    });
    modules
}

/// The first words of the members of a `{…}` group, of the outermost level.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = Vec::new();
    let mut at_head = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_head = true,
            c if at_head && !c.is_whitespace() => {
                heads.extend(group.get(at..).and_then(word));
                at_head = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> Option<String> {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// What a pure module must not use. Its inline tests, at the end of the file, are free.
fn impure(source: &str) -> impl Iterator<Item = String> {
    let own = source
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut faults = Vec::new();
    for line in code_lines(own) {
        let start = line.trim_start();
        let imported = start
            .strip_prefix("pub use ")
            .or_else(|| start.strip_prefix("use "));
        // A path that begins with a name of the file itself, such as an enum, is no crate.
        let krate = imported
            .and_then(word)
            .filter(|name| name.chars().all(|c| !c.is_uppercase()));
        if let Some(krate) = krate
            && !PURE_CRATES.contains(&krate.as_str())
            && !own.contains(&format!("mod {krate};"))
        {
            faults.push(format!("a pure module imports {krate}"));
        }
        if let Some(found) = IMPURE.iter().find(|word| line.contains(**word)) {
            faults.push(format!("a pure module uses {found}"));
        }
        if ["tracing::", "log::", "tokio::", "rand::"]
            .iter()
            .any(|used| start.starts_with(used))
        {
            faults.push(format!("a pure module uses {start}"));
        }
    }
    faults.into_iter()
}

/// The lines without comments.
fn code_lines(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .map(|line| {
            if line.trim_start().starts_with("//") {
                ""
            } else {
                line
            }
        })
        .map(|line| line.split_once(" // ").map_or(line, |(code, _)| code))
}
