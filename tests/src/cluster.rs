//! The Kubernetes under test: client, addresses, `kubectl`.

use std::net::IpAddr;
use std::process::Stdio;
use std::sync::Once;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::{Node, Service};
use kube::api::ListParams;
use kube::{Api, Client};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::config::Config;

/// A connection to the cluster, and what is known about it.
#[derive(Clone)]
pub struct Cluster {
    /// Client with the rights of `KUBECONFIG`.
    pub client: Client,
    /// Settings of this run.
    pub config: Config,
    /// Where pods reach servers of this process.
    pub host: IpAddr,
}

impl Cluster {
    /// Connects by `KUBECONFIG`; without one it fails and says so.
    pub async fn connect() -> Result<Self> {
        static TLS: Once = Once::new();
        TLS.call_once(|| {
            // A provider that is there already is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let config = Config::read()?;
        let client = Client::try_default()
            .await
            .context("KUBECONFIG can't be used")?;
        let nodes = Api::<Node>::all(client.clone())
            .list(&ListParams::default())
            .await;
        let nodes = nodes
            .context("the cluster of KUBECONFIG doesn't answer")?
            .items;
        let node_address = nodes
            .iter()
            .filter_map(|node| node.status.as_ref()?.addresses.as_ref())
            .flatten()
            .find(|address| address.type_ == "InternalIP")
            .map(|address| address.address.clone());
        let host = config
            .host_address
            .clone()
            .or(node_address)
            .context("no node with an address")?;
        let host = host
            .parse()
            .with_context(|| format!("address of this machine: {host}"))?;
        Ok(Self {
            client,
            config,
            host,
        })
    }

    /// Runs `kubectl` with something on its standard input.
    pub async fn kubectl(&self, arguments: &[&str], input: &str) -> Result<Output> {
        run(Command::new("kubectl").args(arguments), input)
            .await
            .context("kubectl")
    }

    /// Runs the plugin, as `kubectl ubermench` does.
    pub async fn plugin(&self, arguments: &[&str]) -> Result<Output> {
        let program = self.config.programs.join("kubectl-ubermench");
        run(Command::new(program).args(arguments), "")
            .await
            .context("kubectl-ubermench")
    }

    /// Runs `helm`.
    pub async fn helm(&self, arguments: &[&str]) -> Result<Output> {
        run(Command::new("helm").args(arguments), "")
            .await
            .context("helm")
    }

    /// Cluster address of a Service.
    pub async fn service_ip(&self, namespace: &str, name: &str) -> Result<IpAddr> {
        let service = Api::<Service>::namespaced(self.client.clone(), namespace)
            .get(name)
            .await?;
        let ip = service
            .spec
            .and_then(|spec| spec.cluster_ip)
            .context("Service without an address")?;
        ip.parse()
            .with_context(|| format!("address of Service {name}: {ip}"))
    }
}

/// What a command said.
#[derive(Debug)]
pub struct Output {
    /// Whether it ended with 0.
    pub ok: bool,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Output {
    /// The standard output of a command that had to succeed.
    pub fn success(self) -> Result<String> {
        ensure!(self.ok, "the command failed: {}{}", self.out, self.err);
        Ok(self.out)
    }
}

async fn run(command: &mut Command, input: &str) -> Result<Output> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command
        .spawn()
        .context("can't be started; is it on the path?")?;
    let mut stdin = child.stdin.take().context("standard input")?;
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    Ok(Output {
        ok: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
