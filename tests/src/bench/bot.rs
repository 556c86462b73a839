//! The release build as a process.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::scrape::Scrape;
use super::usage::{self, Memory};

const READY_LIMIT: Duration = Duration::from_secs(30);

/// A running `serve`, killed when dropped.
pub(super) struct Bot {
    child: Child,
    pid: u32,
    pub(super) address: SocketAddr,
    metrics: SocketAddr,
    /// From the start of the process to the first 200 of its readiness.
    pub(super) cold_start: Duration,
}

impl Bot {
    /// Starts it and waits until it is ready.
    pub(super) async fn serve(
        program: &Path,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let (address, metrics) = (free_address()?, free_address()?);
        let started = Instant::now();
        let child = Command::new(program)
            .arg("serve")
            .env_clear()
            .envs(environment)
            .env("HTTP_PORT", address.port().to_string())
            .env("METRICS_PORT", metrics.port().to_string())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| program.display().to_string())?;
        let pid = child.id().context("the bot ended")?;
        while !is_ready(address).await {
            if started.elapsed() > READY_LIMIT {
                bail!("the bot is not ready within {READY_LIMIT:?}");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self {
            child,
            pid,
            address,
            metrics,
            cold_start: started.elapsed(),
        })
    }

    /// CPU seconds so far.
    pub(super) fn cpu(&self) -> Result<f64> {
        usage::cpu(self.pid)
    }

    pub(super) fn memory(&self) -> Result<Memory> {
        usage::memory(self.pid)
    }

    /// What it counted itself so far.
    pub(super) async fn scrape(&self) -> Result<Scrape> {
        Scrape::of(self.metrics).await
    }

    /// SIGKILL.
    pub(super) async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("kill the bot")
    }
}

/// Runs a subcommand to its end.
pub(super) async fn command(
    program: &Path,
    name: &str,
    environment: &BTreeMap<String, String>,
) -> Result<()> {
    let output = Command::new(program)
        .arg(name)
        .env_clear()
        .envs(environment)
        .output()
        .await
        .with_context(|| program.display().to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stdout))
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = b"GET /health/pod HTTP/1.1\r\nhost: bot\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await?;
        let mut start = [0; 12];
        stream.read_exact(&mut start).await?;
        Ok::<_, std::io::Error>(start)
    };
    ask.await.is_ok_and(|start| start == *b"HTTP/1.1 200")
}

/// Free when asked; the bot takes it right after.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}
