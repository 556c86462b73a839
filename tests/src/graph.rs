//! The Graph API stand-in: the project's simulator, served by this process, where pods reach it.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use ubermench_simulator::{Handle, Outcome, Sent, Settings, Simulator};

use crate::cluster::Cluster;
use crate::handy::PHONE_NUMBER_ID;

/// Token that the stand-in accepts.
pub const ACCESS_TOKEN: &str = "e2e-access-token";
/// Secret that webhooks are signed with.
pub const APP_SECRET: &str = "e2e-app-secret";
/// Token of the webhook's verification.
pub const VERIFY_TOKEN: &str = "e2e-verify-token";

/// A stand-in that runs until it is dropped.
pub struct Graph {
    simulator: Handle,
}

impl Graph {
    /// Starts it on a free port.
    pub async fn start() -> Result<Self> {
        let settings = Settings {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            app_secret: APP_SECRET.into(),
            verify_token: VERIFY_TOKEN.into(),
            access_token: ACCESS_TOKEN.into(),
            phone_number_id: PHONE_NUMBER_ID.to_owned(),
            status_webhooks: false,
            ..Settings::default()
        };
        let simulator = Simulator::start(settings)
            .await
            .context("Graph API stand-in")?;
        Ok(Self { simulator })
    }

    /// `whatsapp.apiUrl` for pods.
    pub fn api_url(&self, cluster: &Cluster) -> String {
        format!(
            "http://{}",
            SocketAddr::new(cluster.host, self.simulator.addr.port())
        )
    }

    /// What people got, in order: sends that were taken, answered or not.
    pub fn messages(&self) -> Vec<Sent> {
        let mut sent = self.simulator.control.sent(None, 0);
        sent.retain(|sent| !matches!(sent.outcome, Outcome::Refused { .. }));
        sent
    }
}
