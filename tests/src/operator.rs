//! The operator as a process of this machine behind a [`Proxy`], limited to one namespace, killed and started at will;
//! and the installed operator, which stands aside meanwhile.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use tokio::process::Command;

use crate::cluster::Cluster;
use crate::diagnosis::OPERATOR;
use crate::proxy::{Fuse, Proxy};
use crate::stage::Stage;
use crate::wait::{Seen, until};

/// An operator that lives many lives.
pub struct Operator {
    /// What it talks to.
    pub proxy: Proxy,
    program: PathBuf,
    namespace: String,
    folder: PathBuf,
    lives: usize,
}

impl Operator {
    /// Prepares one for the stage's namespace; nothing runs yet.
    pub async fn prepare(stage: &Stage) -> Result<Self> {
        let program = stage.cluster.config.programs.join("ubermench-operator");
        ensure!(
            program.exists(),
            "{} is missing: `make build` makes it",
            program.display()
        );
        let proxy = Proxy::start(stage.cluster.client.clone()).await?;
        let folder = std::env::temp_dir().join(&stage.namespace);
        std::fs::create_dir_all(&folder)?;
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "proxy",
            "clusters": [{ "name": "proxy", "cluster": { "server": format!("http://{}", proxy.address) } }],
            "contexts": [{ "name": "proxy", "context": {
                "cluster": "proxy", "user": "nobody", "namespace": stage.namespace,
            }}],
            "users": [{ "name": "nobody", "user": {} }],
        });
        std::fs::write(folder.join("kubeconfig"), kubeconfig.to_string())?;
        Ok(Self {
            proxy,
            program,
            namespace: stage.namespace.clone(),
            folder,
            lives: 0,
        })
    }

    /// Starts a life; the same identity each time, as a restarted container has it.
    pub fn live(&mut self, fuse: Fuse) -> Result<()> {
        self.lives += 1;
        let log = File::options().create(true).append(true).open(self.log())?;
        let child = Command::new(&self.program)
            .arg("run")
            .env_clear()
            .env("KUBECONFIG", self.folder.join("kubeconfig"))
            .env("WATCH_NAMESPACE", &self.namespace)
            .env("POD_NAMESPACE", &self.namespace)
            .env("POD_NAME", "operator-under-test")
            .env("BIND_ADDRESS", "127.0.0.1")
            .env("HTTP_PORT", "0")
            .env("METRICS_PORT", "0")
            .env("LOG_LEVEL", "info,ubermench_operator=debug")
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("operator")?;
        self.proxy.begin(child, fuse)
    }

    /// Waits until the process of this life is gone.
    pub async fn is_dead(&self) -> Result<()> {
        until("operator dead", Duration::from_secs(5), async || {
            Ok(if self.proxy.is_over()? {
                Seen::Done(())
            } else {
                Seen::not("it runs")
            })
        })
        .await
    }

    /// How many lives there were.
    pub fn lives(&self) -> usize {
        self.lives
    }

    /// The end of what all lives logged.
    pub fn print_log(&self) {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines
            .get(lines.len().saturating_sub(120)..)
            .unwrap_or_default();
        eprintln!(
            "---- log of the operator under test, {} lives\n{}",
            self.lives,
            end.join("\n")
        );
    }

    fn log(&self) -> PathBuf {
        self.folder.join("operator.log")
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        // A file in the temporary folder is all that could stay.
        let _ = self.proxy.kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The installed operators' Deployments, scaled to nothing.
pub struct StandingAside {
    cluster: Cluster,
    deployments: Vec<(String, String, i32)>,
}

impl StandingAside {
    /// Scales them to nothing and waits until their pods are gone: two operators must not have one namespace.
    pub async fn ask(cluster: &Cluster) -> Result<Self> {
        let labelled = ListParams::default().labels(OPERATOR);
        let all = Api::<Deployment>::all(cluster.client.clone())
            .list(&labelled)
            .await?;
        let deployments = all.items.iter().filter_map(|deployment| {
            // At 0 a run of this test was broken off before it could bring the operator back.
            let replicas = deployment.spec.as_ref()?.replicas.unwrap_or(1).max(1);
            Some((deployment.namespace()?, deployment.name_any(), replicas))
        });
        let aside = Self {
            cluster: cluster.clone(),
            deployments: deployments.collect(),
        };
        aside.scale(|_| 0).await?;
        let pods = Api::<Pod>::all(cluster.client.clone());
        until(
            "the installed operator stands aside",
            Duration::from_mins(1),
            async || {
                let left = pods.list(&labelled).await?.items.len();
                Ok(if left == 0 {
                    Seen::Done(())
                } else {
                    Seen::not(format!("{left} pods"))
                })
            },
        )
        .await?;
        Ok(aside)
    }

    /// Brings them back.
    pub async fn back(&self) -> Result<()> {
        self.scale(|replicas| replicas).await
    }

    async fn scale(&self, to: impl Fn(i32) -> i32) -> Result<()> {
        for (namespace, name, replicas) in &self.deployments {
            let deployments = Api::<Deployment>::namespaced(self.cluster.client.clone(), namespace);
            let patch = json!({ "spec": { "replicas": to(*replicas) } });
            deployments
                .patch_scale(name, &PatchParams::default(), &Patch::Merge(&patch))
                .await?;
        }
        Ok(())
    }
}
