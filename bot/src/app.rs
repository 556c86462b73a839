//! Composition root of `serve`: what there is, how it hangs together, and how it ends.

mod readiness;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cache::Lists;
use crate::config::{Listen, Serve};
use crate::graph::{Graph, GraphError};
use crate::http::{self, Admin, Calls, Intake, Pace, Shared};
use crate::metrics::Metrics;
use crate::pod::Pod;
use crate::redis::{self, Limiter, Link, Probe, RedisFailure, Wake};
use crate::store::Store;
use crate::store::migrations::Migration;
use crate::telemetry::chain;
use crate::worker::{self, WorkerError, Workshop};

/// With the delay before it, all of a shutdown stays within 30 seconds.
const DRAIN_LIMIT: Duration = Duration::from_secs(13);
/// Of it, for webhooks that are still coming in.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);

/// Why the bot cannot start.
#[derive(Debug, Error)]
pub enum AppError {
    /// Two metrics share a name.
    #[error("metrics could not be registered")]
    Metrics(#[source] prometheus::Error),
    /// The Graph client.
    #[error("the Graph API client could not be made")]
    Graph(#[source] GraphError),
    /// The Redis client.
    #[error("the Redis client could not be made")]
    Redis(#[source] RedisFailure),
    /// A port is taken or not ours to take.
    #[error("could not listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A loop.
    #[error("the workers could not start")]
    Worker(#[source] WorkerError),
}

/// Where a started bot listens.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// Webhook and health.
    pub http: SocketAddr,
    /// Metrics.
    pub metrics: SocketAddr,
    /// The operator's port, when it is open.
    pub internal: Option<SocketAddr>,
}

/// A bot that runs.
pub struct App {
    addresses: Addresses,
    shutdown_delay: Duration,
    pod: Arc<Pod>,
    store: Store,
    tasks: TaskTracker,
    drain: CancellationToken,
    end: CancellationToken,
    public: JoinHandle<()>,
}

impl App {
    /// Starts everything. The schema need not be there yet: the pod is unready until it is.
    ///
    /// # Errors
    /// When something can never work with these settings. A database or Redis that is away is waited
    /// for instead.
    pub async fn start(settings: Serve, migrations: Vec<Migration>) -> Result<Self, AppError> {
        let tasks = TaskTracker::new();
        let (drain, end) = (CancellationToken::new(), CancellationToken::new());
        let (parts, link) = Parts::new(&settings)?;
        tasks.spawn(link.run(end.clone()));
        let shared = parts.shared(&settings, &tasks, &end);
        let (addresses, public) = listen(&settings, &shared, &tasks, &drain, &end).await?;
        let workshop = parts.workshop(&settings);
        worker::start(&workshop, &tasks, &drain)
            .await
            .map_err(AppError::Worker)?;
        tasks.spawn(readiness::run(
            parts.store.clone(),
            Arc::clone(&parts.pod),
            settings.revision.clone(),
            migrations,
            end.clone(),
        ));
        tracing::info!(
            event = "started",
            revision = settings.revision.name(),
            http = %addresses.http,
            metrics = %addresses.metrics,
            api_url = settings.graph.api_url.as_str(),
            language = settings.worker.rules.language.code(),
            "the bot runs"
        );
        Ok(Self {
            addresses,
            shutdown_delay: settings.shutdown_delay,
            pod: parts.pod,
            store: parts.store,
            tasks,
            drain,
            end,
            public,
        })
    }

    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Stops: unready at once, serving for a while as others learn of it, then finishing what is
    /// under way. What is not finished is safe in the database.
    pub async fn stop(self) {
        self.pod.note_stopping();
        tracing::info!(
            event = "stopping",
            delay_seconds = self.shutdown_delay.as_secs()
        );
        tokio::time::sleep(self.shutdown_delay).await;
        self.drain.cancel();
        self.tasks.close();
        let ended = async {
            // Webhooks under way are stored and answered before what stores them ends.
            let _ = tokio::time::timeout(ANSWER_LIMIT, self.public).await;
            self.end.cancel();
            self.tasks.wait().await;
        };
        if tokio::time::timeout(DRAIN_LIMIT, ended).await.is_err() {
            tracing::warn!(event = "drain_timeout", "some work is left for another pod");
        }
        self.store.close().await;
        tracing::info!(event = "stopped");
    }
}

/// What the loops and the handlers are made of.
struct Parts {
    store: Store,
    graph: Graph,
    wake: Wake,
    lists: Lists,
    probe: Probe,
    limiter: Limiter,
    pod: Arc<Pod>,
    metrics: Arc<Metrics>,
}

impl Parts {
    fn new(settings: &Serve) -> Result<(Self, Link), AppError> {
        let metrics = Arc::new(Metrics::new().map_err(AppError::Metrics)?);
        let store = Store::new(settings.database.clone(), &metrics.query_seconds);
        let graph =
            Graph::new(&settings.graph, metrics.api_errors.clone()).map_err(AppError::Graph)?;
        let lists = Lists::new(metrics.cache_requests.clone());
        let (wake, link, probe, limiter) =
            redis::open(&settings.redis, lists.clone()).map_err(AppError::Redis)?;
        let pod = Arc::new(Pod::new(settings.revision.name()));
        Ok((
            Self {
                store,
                graph,
                wake,
                lists,
                probe,
                limiter,
                pod,
                metrics,
            },
            link,
        ))
    }

    fn shared(&self, settings: &Serve, tasks: &TaskTracker, end: &CancellationToken) -> Shared {
        let (store, wake) = (self.store.clone(), self.wake.clone());
        let metrics = Arc::clone(&self.metrics);
        let pace = Pace {
            limiter: self.limiter.clone(),
            usual: settings.webhook.limits,
            chat: settings.webhook.chat_limits,
            metrics: Arc::clone(&self.metrics),
        };
        Shared {
            settings: Arc::new(settings.webhook.clone()),
            intake: Intake::start(store, pace, wake, metrics, tasks, end.clone()),
            store: self.store.clone(),
            graph: self.graph.clone(),
            redis: self.probe.clone(),
            wake: self.wake.clone(),
            pod: Arc::clone(&self.pod),
            metrics: Arc::clone(&self.metrics),
            admin: Arc::new(Admin::new(settings.admin.clone())),
            calls: Arc::new(Calls::new(self.limiter.clone())),
        }
    }

    fn workshop(&self, settings: &Serve) -> Workshop {
        Workshop {
            settings: Arc::new(settings.worker.clone()),
            store: self.store.clone(),
            graph: self.graph.clone(),
            wake: self.wake.clone(),
            lists: self.lists.clone(),
            pod: Arc::clone(&self.pod),
            metrics: Arc::clone(&self.metrics),
        }
    }
}

async fn listen(
    settings: &Serve,
    shared: &Shared,
    tasks: &TaskTracker,
    drain: &CancellationToken,
    end: &CancellationToken,
) -> Result<(Addresses, JoinHandle<()>), AppError> {
    let Listen {
        address,
        http_port,
        metrics_port,
        internal_port,
    } = settings.listen;
    let public = bind(SocketAddr::new(address, http_port)).await?;
    let metrics = bind(SocketAddr::new(address, metrics_port)).await?;
    let operator = match &settings.internal_token {
        Some(token) => {
            let socket = bind(SocketAddr::new(address, internal_port)).await?;
            Some((socket, http::internal(shared.clone(), token.clone())))
        }
        None => None,
    };
    let addresses = Addresses {
        http: public.1,
        metrics: metrics.1,
        internal: operator.as_ref().map(|(socket, _)| socket.1),
    };
    let public = tasks.spawn(serve(public.0, http::public(shared.clone()), drain.clone()));
    tasks.spawn(serve(
        metrics.0,
        http::metrics(Arc::clone(&shared.metrics)),
        end.clone(),
    ));
    if let Some((socket, router)) = operator {
        tasks.spawn(serve(socket.0, router, end.clone()));
    }
    Ok((addresses, public))
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), AppError> {
    let failed = |source| AppError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await;
    if let Err(error) = served {
        let error = chain(&error);
        tracing::error!(
            event = "listener_error",
            error,
            "a port is no longer served"
        );
    }
}
