//! The real program as a process of its own.

use std::collections::BTreeMap;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::eventually;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ubermench-bot");

/// A running `serve`, killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts `serve` and waits until it is ready.
    pub(crate) async fn serve(environment: &BTreeMap<String, String>) -> Self {
        let mut child = program(environment)
            .arg("serve")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("serve tells where it listens");
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            if line["event"] == "started" {
                break line["http"].as_str().unwrap().to_owned();
            }
        };
        // The pipe must not fill up.
        let log = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock().unwrap().push(line);
            }
        });
        let process = Self {
            lines: log,
            child,
            url: format!("http://{address}"),
        };
        let client = reqwest::Client::new();
        eventually("the process is ready", || async {
            let answer = client
                .get(format!("{}/health/pod", process.url))
                .send()
                .await;
            match answer {
                Ok(answer) if answer.status() == 200 => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
        process
    }

    /// What it has logged since it started to listen.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// SIGKILL, at once.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM; returns the exit code.
    pub(crate) async fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().unwrap().to_string();
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .unwrap();
        let ended = self.child.wait();
        let limit = std::time::Duration::from_secs(30);
        tokio::time::timeout(limit, ended)
            .await
            .expect("ends within 30 s")
            .unwrap()
            .code()
    }
}

/// Runs a subcommand to its end.
pub(crate) async fn run(command: &str, environment: &BTreeMap<String, String>) -> Output {
    let mut program = program(environment);
    program.arg(command).kill_on_drop(true);
    let limit = std::time::Duration::from_mins(1);
    tokio::time::timeout(limit, program.output())
        .await
        .expect("ends within a minute")
        .unwrap()
}

/// The program with this environment alone, and with where it leaves its counts when coverage is measured.
fn program(environment: &BTreeMap<String, String>) -> Command {
    const COUNTS: &str = "LLVM_PROFILE_FILE";
    let mut program = Command::new(PROGRAM);
    program.env_clear().envs(environment);
    if let Some(file) = std::env::var_os(COUNTS) {
        program.env(COUNTS, file);
    }
    program
}
