//! Composition root of `run`: client, pages, lease, controller, and the order in which they stop.
//!
//! On SIGTERM the controller ends the passes under way, then the lease is given back, then the pages close. A lost lease
//! ends the process at once.

use std::net::SocketAddr;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use kube::{Api, Client};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Settings;
use crate::http::{self, Standing};
use crate::lease::{self, Candidate, Leader};
use crate::metrics::Metrics;
use crate::{calls, controller, telemetry};

/// Runs the operator until it is told to stop or loses the lease.
///
/// # Errors
/// When it can't start, and when the lease is lost.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    telemetry::start(&settings.log_level, settings.log_format)?;
    let identity = settings.identity();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        identity,
        ?settings,
        "starting"
    );

    let config = kube::Config::infer()
        .await
        .context("there is no kubeconfig and no service account")?;
    let namespace = settings
        .lease_namespace(&config.default_namespace)
        .to_owned();
    let metrics = Metrics::new().context("the metrics can't be registered")?;
    let client =
        calls::client(config, metrics.clone()).context("the Kubernetes client can't be made")?;

    let stop = on_signal()?;
    // The lease names the installation.
    let claim = format!("{namespace}/{}", settings.lease_name);
    let (tell, standing) = watch::channel(Standing::Apart);
    let pages = Pages::open(&settings, standing, metrics.clone()).await?;

    let candidate = Candidate::new(
        Api::namespaced(client.clone(), &namespace),
        election(&settings, &identity),
        tell,
    );
    let outcome = match candidate.acquire(&stop).await {
        Some(leader) => {
            Box::pin(lead(
                leader,
                client,
                &settings,
                (identity, claim),
                metrics,
                stop,
            ))
            .await
        }
        None => Ok(()),
    };
    pages.close().await;
    outcome
}

fn election(settings: &Settings, identity: &str) -> lease::Settings {
    lease::Settings {
        name: settings.lease_name.clone(),
        identity: identity.to_owned(),
        duration: settings.lease_duration(),
        clock: now,
    }
}

/// Reconciles while the lease is held.
async fn lead(
    mut leader: Leader,
    client: Client,
    settings: &Settings,
    (identity, claim): (String, String),
    metrics: Metrics,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    metrics.leading(true);
    let namespace = settings.watched().map(str::to_owned);
    let controller = controller::run(client, namespace, identity, claim, metrics, stop);
    // The lease is held until the last pass has ended; a lost one drops the passes where they are.
    let never = CancellationToken::new();
    let ended = tokio::select! {
        ended = controller => ended,
        lost = leader.keep(&never) => {
            return Err(lost.err().map_or_else(|| anyhow!("the lease is kept no more"), anyhow::Error::from));
        }
    };
    leader.release().await;
    ended.context("the controller ended")
}

/// The only place that reads the wall clock.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Cancelled by SIGTERM or SIGINT.
#[expect(
    clippy::disallowed_methods,
    reason = "it lives as long as the process and owns nothing"
)]
fn on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be caught")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT can't be caught")?;
    let stopped = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop");
        stopped.cancel();
    });
    Ok(stop)
}

/// The two servers of pages.
struct Pages {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Pages {
    async fn open(
        settings: &Settings,
        standing: watch::Receiver<Standing>,
        metrics: Metrics,
    ) -> anyhow::Result<Self> {
        let pages = Self {
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let health = SocketAddr::new(settings.bind_address, settings.http_port);
        pages
            .serve(health, "HTTP_PORT", http::health(standing))
            .await?;
        let exposition = SocketAddr::new(settings.bind_address, settings.metrics_port);
        pages
            .serve(exposition, "METRICS_PORT", http::metrics(metrics))
            .await?;
        Ok(pages)
    }

    async fn serve(
        &self,
        address: SocketAddr,
        variable: &'static str,
        router: axum::Router,
    ) -> anyhow::Result<()> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("{variable}: can't listen on {address}"))?;
        let stop = self.stop.clone().cancelled_owned();
        self.tasks.spawn(async move {
            if let Err(error) = http::serve(listener, router, stop).await {
                tracing::error!(%error, %address, "the server of pages ended");
            }
        });
        Ok(())
    }

    async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        // A scraper that keeps its connection open must not hold the process.
        if tokio::time::timeout(std::time::Duration::from_secs(1), self.tasks.wait())
            .await
            .is_err()
        {
            tracing::debug!("connections are still open, closing them");
        }
    }
}
