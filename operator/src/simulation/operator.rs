//! The operator in its world: the real passes, over a client whose server is the world.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use http::{Request, Response};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use tokio::sync::Notify;
use ubermench_crds::UbermenchDeployment;

use super::api_server::Call;
use super::invariants;
use super::mistakes;
use super::world::{Reply, World};
use crate::context::{Adapters, Context};
use crate::metrics::Metrics;
use crate::reconcile::{Next, pass};

/// A world that the operator can reach.
pub(super) struct Link {
    world: Mutex<World>,
    killed: Notify,
}

impl Link {
    pub(super) fn new(world: World) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            killed: Notify::new(),
        })
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// The process is gone: nobody waits for this call any more.
    pub(super) async fn die<T>(&self) -> T {
        self.killed.notify_one();
        std::future::pending().await
    }

    async fn answer(self: Arc<Self>, request: Request<Body>) -> std::io::Result<Response<Body>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let uri = parts.uri.to_string();
        let call = Call::parse(&parts.method, &uri, &body)
            .unwrap_or_else(|| panic!("the world does not know {} {uri}", parts.method));
        let reply = self.world().request(call);
        match reply {
            Reply::Answer(code, body) => Ok(Response::builder()
                .status(code)
                .body(Body::from(body))
                .unwrap()),
            Reply::Broken => Err(std::io::Error::other("the connection broke")),
            Reply::Killed => self.die().await,
        }
    }
}

/// What a pass came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It wrote, and goes on at once.
    Again,
    /// Nothing is due for so many milliseconds.
    Wait(i64),
    /// The resource is gone.
    Done,
    /// It failed, and is tried again after so many milliseconds.
    Failed(i64),
    /// The operator was killed.
    Killed,
}

/// One for all: it is costly to make.
static CHANNELS: LazyLock<reqwest::Client> = LazyLock::new(|| {
    // A provider that is there already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
});

/// A process of the operator.
pub(super) struct Operator {
    link: Arc<Link>,
    context: Arc<Context>,
    failures: u32,
}

impl Operator {
    /// Starts a process, with an empty memory.
    pub(super) fn start(link: &Arc<Link>, metrics: &Metrics) -> Self {
        let server = link.clone();
        let service =
            tower::service_fn(move |request: Request<Body>| server.clone().answer(request));
        let (clock, chance) = (link.clone(), link.clone());
        let adapters = Adapters {
            pods: link.clone(),
            // Nobody asks to be notified.
            channels: CHANNELS.clone(),
            clock: Arc::new(move || clock.world().clock()),
            secret: Arc::new(move || [u8::try_from(chance.world().random.below(256)).unwrap(); 32]),
        };
        let client = Client::new(service, "prod");
        let context = Context::new(client, adapters, metrics.clone(), "simulated".to_owned());
        mistakes::started(&link.world());
        Self {
            link: link.clone(),
            context: Arc::new(context),
            failures: 0,
        }
    }

    /// Takes one pass.
    pub(super) async fn pass(&mut self) -> Came {
        let object: UbermenchDeployment = {
            let mut world = self.link.world();
            world.begin_pass();
            let found = world.resource().cloned();
            // Its name is all that is taken from it.
            serde_json::from_value(found.unwrap_or_else(|| world.setting.resource())).unwrap()
        };
        let mut object = object;
        object.metadata.namespace = Some("prod".to_owned());
        let ended = tokio::select! {
            biased;
            ended = Box::pin(pass(&self.context, &object)) => ended,
            () = self.link.killed.notified() => return Came::Killed,
        };
        let came = match ended {
            Ok(Next::Again) => Came::Again,
            Ok(Next::Wait(pause)) => Came::Wait(i64::try_from(pause.as_millis()).unwrap()),
            Ok(Next::Done) => Came::Done,
            Err(error) => {
                self.link
                    .world()
                    .tell(|| format!("the pass fails: {}", error.chain()));
                Came::Failed(200 << self.failures.min(6))
            }
        };
        self.failures = if matches!(came, Came::Failed(_)) {
            self.failures + 1
        } else {
            0
        };
        invariants::after_pass(&mut self.link.world(), came);
        came
    }
}
