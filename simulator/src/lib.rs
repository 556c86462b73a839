//! WhatsApp on the desk: a stand-in for Meta's Graph API that signs and posts webhooks as Meta
//! does, records all it is sent, fails on request, and serves a page with phones to type on.
//!
//! Modules point downwards: `http` answers requests, `control` holds the use cases, `world` what
//! happened, `platform` what Meta knows and how it behaves, `courier` carries webhooks; the others
//! are pure.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use ubermench_simulator::{Inbound, Settings, Simulator};
//!
//! let simulator = Simulator::start(Settings::default()).await?;
//! simulator.control.set_webhook_url(Some("http://127.0.0.1:8080/api/webhook"))?;
//! let receipt = simulator.control.inbound(Inbound::text("5215500001001", "hola")).await?;
//! assert_eq!(receipt.webhook_status, Some(200));
//! # Ok(())
//! # }
//! ```

mod control;
mod courier;
mod graph;
mod http;
mod inbound;
mod json;
mod media;
mod notification;
mod person;
mod platform;
mod scene;
mod settings;
mod signature;
mod world;

use std::io;
use std::net::SocketAddr;
use std::ops::Deref;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use control::{
    Control, InvalidWebhookUrl, NoSuch, PersonOrder, SceneState, SceneView, StepView, Verification,
};
pub use courier::Receipt;
pub use inbound::{Inbound, InboundError, InboundReceipt, Location, Media, Reaction, Tap, TapKind};
pub use media::MediaKind;
pub use person::NotAPerson;
pub use platform::{
    Conduct, FileInfo, Origin, PersonView, Rates, Rendered, RenderedButton, Reported, StatusPlan,
    Strangers, Template, TemplateStatus, Undeliverable, WindowRule,
};
pub use scene::{Act, Contact, InvalidScene, Scene, Speed, Step};
pub use settings::{Memory, Retry, Settings};
pub use signature::{sign, wire_form};
pub use world::{
    Author, Call, Entry, Fault, FaultKind, FaultTarget, InvalidFault, Outcome, Read, Sent, Stats,
    Tick, Webhook,
};

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The HTTP client for webhooks could not be made.
    #[error("cannot make the client for webhooks")]
    Client(#[source] reqwest::Error),
    /// The webhook's URL is not an absolute http or https URL.
    #[error("the webhook's URL is not usable")]
    WebhookUrl(#[from] InvalidWebhookUrl),
}

/// Starts simulators; several can run in one process.
#[derive(Debug)]
pub struct Simulator;

impl Simulator {
    /// Binds the address, starts serving, and returns at once.
    pub async fn start(settings: Settings) -> Result<Handle, StartError> {
        // An error only says that the process has a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let address = settings.listen;
        let listen = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let shutdown = CancellationToken::new();
        let tasks = TaskTracker::new();
        let control = Control::new(settings, tasks.clone(), shutdown.clone())?;
        tasks.spawn(http::serve(listener, control.clone()));
        Ok(Handle {
            addr,
            control,
            shutdown,
            tasks,
        })
    }
}

/// A running simulator. Dropping it stops the simulator without waiting.
#[derive(Debug)]
pub struct Handle {
    /// Where it listens; the port is the real one when port 0 was asked for.
    pub addr: SocketAddr,
    /// What happened so far, faults, and messages of people.
    pub control: Control,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl Handle {
    /// The base for `WHATSAPP_API_URL`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops accepting, ends streams and waiting webhooks, and waits for all tasks.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Everything that tests order and look at: `handle.tap(…)` is `handle.control.tap(…)`.
impl Deref for Handle {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.tasks.close();
    }
}
