//! The sliding windows of all replicas (§11.1), in one script. While Redis is away each replica counts for
//! itself, and no message is refused for that reason.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::redis::Script;
use ::redis::aio::ConnectionManager;
use uuid::Uuid;

use crate::domain::rate::{Counters, Limits, Verdict, Window, Windows};
use crate::telemetry::chain;

/// Meta waits for an answer: a slow Redis is one that is away.
const LIMIT: Duration = Duration::from_millis(250);
/// How long a Redis that was away is not asked.
const PAUSE: Duration = Duration::from_secs(1);

/// For each key: which messages are taken. One sorted set a key, scores are the server's milliseconds.
const SCRIPT: &str = r"
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local minute, hour = tonumber(ARGV[1]), tonumber(ARGV[2])
local answers = {}
local at = 3
for index, key in ipairs(KEYS) do
  local message, per_minute, per_hour = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  at = at + 3
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - hour)
  local function wait(limit, length)
    local count = redis.call('ZCOUNT', key, '(' .. (now - length), '+inf')
    if count < limit then return 0 end
    local all = redis.call('ZCARD', key)
    local leaving = all - math.max(limit, 1)
    local found = redis.call('ZRANGE', key, leaving, leaving, 'WITHSCORES')
    if not found[2] then return length end
    return math.max(1, tonumber(found[2]) + length - now)
  end
  local answer = {0, 0}
  if not redis.call('ZSCORE', key, message) then
    answer = {wait(per_minute, minute), wait(per_hour, hour)}
    if answer[1] == 0 and answer[2] == 0 then
      redis.call('ZADD', key, now, message)
      redis.call('PEXPIRE', key, hour)
    end
  end
  answers[index * 2 - 1] = answer[1]
  answers[index * 2] = answer[2]
end
return answers
";

/// One message to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Whose window, by an id that is nobody's number.
    pub key: String,
    /// The message, counted once.
    pub message: String,
    /// What that person may send.
    pub limits: Limits,
}

/// Counts for all replicas: messages, which it goes on counting for this one while Redis is away, and calls of
/// addresses, which their caller then counts.
#[derive(Clone)]
pub struct Limiter {
    connection: ConnectionManager,
    script: Script,
    windows: Windows,
    own: Arc<Mutex<Own>>,
}

struct Own {
    counters: Counters,
    started: Instant,
    /// Redis is not asked before this time.
    away_until: Option<Instant>,
}

impl Limiter {
    pub(super) fn new(connection: ConnectionManager, windows: Windows) -> Self {
        Self {
            connection,
            script: Script::new(SCRIPT),
            windows,
            own: Arc::new(Mutex::new(Own {
                counters: Counters::default(),
                started: Instant::now(),
                away_until: None,
            })),
        }
    }

    /// The verdict on each message, in order.
    pub async fn take(&self, messages: &[Counted]) -> Vec<Verdict> {
        if messages.is_empty() {
            return Vec::new();
        }
        match self.ask(messages, self.windows).await {
            Some(verdicts) => verdicts,
            None => self.alone(messages),
        }
    }

    /// The verdict on one call of which `key` may make `most` within `window`; none while Redis is away.
    pub async fn take_call(&self, key: String, most: u32, window: Duration) -> Option<Verdict> {
        let length = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        let call = Counted {
            key,
            // No id that a caller could send twice.
            message: Uuid::new_v4().simple().to_string(),
            limits: Limits {
                per_minute: most,
                per_hour: most,
            },
        };
        let windows = Windows {
            minute_ms: length,
            hour_ms: length,
        };
        self.ask(&[call], windows).await?.pop()
    }

    async fn ask(&self, messages: &[Counted], windows: Windows) -> Option<Vec<Verdict>> {
        if !self.may_ask() {
            return None;
        }
        match self.shared(messages, windows).await {
            Ok(verdicts) => {
                self.note_answer();
                Some(verdicts)
            }
            Err(error) => {
                self.note_failure(&error);
                None
            }
        }
    }

    async fn shared(&self, messages: &[Counted], windows: Windows) -> Result<Vec<Verdict>, String> {
        let mut call = self.script.prepare_invoke();
        call.arg(windows.minute_ms).arg(windows.hour_ms);
        for message in messages {
            call.key(format!("ubermench:rate:{}", message.key))
                .arg(&message.message)
                .arg(message.limits.per_minute)
                .arg(message.limits.per_hour);
        }
        let mut connection = self.connection.clone();
        let asked = tokio::time::timeout(LIMIT, call.invoke_async::<Vec<u64>>(&mut connection));
        let waits = match asked.await {
            Ok(Ok(waits)) => waits,
            Ok(Err(error)) => return Err(chain(&error)),
            Err(_) => return Err(format!("took longer than {} ms", LIMIT.as_millis())),
        };
        if waits.len() != messages.len() * 2 {
            return Err("answered something else".to_owned());
        }
        let verdict = |pair: &[u64]| match pair {
            [0, 0] | [] => Verdict::Taken,
            [minute, hour] if hour >= minute => Verdict::Refused {
                wait_ms: *hour,
                window: Window::Hour,
            },
            [minute, ..] => Verdict::Refused {
                wait_ms: *minute,
                window: Window::Minute,
            },
        };
        Ok(waits.chunks(2).map(verdict).collect())
    }

    fn alone(&self, messages: &[Counted]) -> Vec<Verdict> {
        let mut own = self.own();
        let now = u64::try_from(own.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        messages
            .iter()
            .map(|one| {
                own.counters
                    .take(&one.key, &one.message, now, one.limits, self.windows)
            })
            .collect()
    }

    fn may_ask(&self) -> bool {
        self.own()
            .away_until
            .is_none_or(|until| until <= Instant::now())
    }

    fn note_answer(&self) {
        if self.own().away_until.take().is_some() {
            tracing::info!(event = "redis_back", "limits are shared again");
        }
    }

    fn note_failure(&self, error: &str) {
        let news = self
            .own()
            .away_until
            .replace(Instant::now() + PAUSE)
            .is_none();
        if news {
            tracing::warn!(event = "redis_error", error, "this pod counts for itself");
        }
    }

    fn own(&self) -> std::sync::MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
