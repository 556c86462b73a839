//! `PostgreSQL` and Redis of one scenario: a pod and a Service each, in the scenario's namespace.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::cluster::Cluster;
use crate::wait::{Seen, until};

const POSTGRES_PORT: u16 = 5432;
const REDIS_PORT: u16 = 6379;

/// The servers, and a connection to the database from here.
pub struct Servers {
    /// The database, to count what can't be seen otherwise.
    pub database: PgPool,
    /// Address of the database for pods of the namespace.
    pub database_url: String,
    /// Address of Redis for pods of the namespace.
    pub redis_url: String,
}

impl Servers {
    /// Starts both and waits until the database answers.
    pub async fn start(cluster: &Cluster, namespace: &str) -> Result<Self> {
        let password = format!("{:016x}", rand::random::<u64>());
        let images = &cluster.config.images;
        let env = json!([{ "name": "POSTGRES_PASSWORD", "value": password }]);
        let address = start(
            cluster,
            namespace,
            &server("postgres", &images.postgres, POSTGRES_PORT, &env),
        )
        .await?;
        start(
            cluster,
            namespace,
            &server("redis", &images.redis, REDIS_PORT, &json!([])),
        )
        .await?;
        let options = PgConnectOptions::new_without_pgpass()
            .host(&address.to_string())
            .port(POSTGRES_PORT)
            .username("postgres")
            .password(&password)
            .database("postgres");
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(2));
        let database = pool.connect_lazy_with(options);
        until("PostgreSQL answers", Duration::from_mins(1), async || {
            sqlx::query("select 1").execute(&database).await?;
            Ok(Seen::Done(()))
        })
        .await?;
        Ok(Self {
            database,
            database_url: format!(
                "postgres://postgres:{password}@postgres:{POSTGRES_PORT}/postgres"
            ),
            redis_url: format!("redis://redis:{REDIS_PORT}/0"),
        })
    }
}

struct Server {
    pod: Value,
    service: Value,
}

fn server(name: &str, image: &str, port: u16, env: &Value) -> Server {
    Server {
        pod: json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": name, "labels": { "server": name } },
            "spec": {
                "automountServiceAccountToken": false,
                "terminationGracePeriodSeconds": 1,
                "securityContext": {
                    "runAsNonRoot": true, "runAsUser": 100, "runAsGroup": 100, "fsGroup": 100,
                    "seccompProfile": { "type": "RuntimeDefault" },
                },
                "containers": [{
                    "name": name, "image": image, "imagePullPolicy": "IfNotPresent", "env": env,
                    "ports": [{ "containerPort": port }],
                    "readinessProbe": { "tcpSocket": { "port": port }, "periodSeconds": 1 },
                    "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
                    "volumeMounts": [{ "name": "data", "mountPath": "/data" }, { "name": "tmp", "mountPath": "/tmp" }],
                }],
                "volumes": [{ "name": "data", "emptyDir": {} }, { "name": "tmp", "emptyDir": {} }],
            },
        }),
        service: json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": { "name": name },
            "spec": { "selector": { "server": name }, "ports": [{ "port": port, "targetPort": port }] },
        }),
    }
}

async fn start(cluster: &Cluster, namespace: &str, server: &Server) -> Result<IpAddr> {
    let pod: Pod = serde_json::from_value(server.pod.clone())?;
    let service: Service = serde_json::from_value(server.service.clone())?;
    let created = PostParams::default();
    Api::<Pod>::namespaced(cluster.client.clone(), namespace)
        .create(&created, &pod)
        .await?;
    let service = Api::namespaced(cluster.client.clone(), namespace)
        .create(&created, &service)
        .await?;
    let ip = service
        .spec
        .and_then(|spec| spec.cluster_ip)
        .context("Service without an address")?;
    ip.parse()
        .with_context(|| format!("address of a Service: {ip}"))
}
