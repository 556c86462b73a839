//! What the scenarios take from their environment; the only reader of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Names of the images under test, as the image step wrote them.
#[derive(Clone, Debug, Deserialize)]
pub struct Images {
    /// The bot.
    pub bot: String,
    /// The same program in another image.
    pub bot_next: String,
    /// The bot that misbehaves as the variable `FAULT` says.
    pub faulty: String,
    /// The operator.
    pub operator: String,
    /// The simulator.
    pub simulator: String,
    /// `PostgreSQL`.
    pub postgres: String,
    /// Redis.
    pub redis: String,
}

/// Settings of a run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Names of the images.
    pub images: Images,
    /// Address of this machine as pods see it; without it the node's address is taken.
    pub host_address: Option<String>,
    /// The checkout.
    pub root: PathBuf,
    /// Folder of the programs that were built with these tests.
    pub programs: PathBuf,
}

impl Config {
    /// Reads `KUBECONFIG` (only whether it is there), `UBERMENCH_IMAGES`, `UBERMENCH_HOST_ADDRESS`.
    pub fn read() -> Result<Self> {
        let env: BTreeMap<String, String> = std::env::vars().collect();
        if env.get("KUBECONFIG").is_none_or(String::is_empty) {
            bail!(
                "KUBECONFIG is not set: the scenarios need a Kubernetes, which `make e2e` gives them"
            );
        }
        let path = match env.get("UBERMENCH_IMAGES").or_else(|| env.get("IMAGES")) {
            Some(path) => PathBuf::from(path),
            None => Path::new(env.get("HOME").map_or("/root", String::as_str))
                .join(".cache/ubermench/images.json"),
        };
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!(
                "UBERMENCH_IMAGES: no image names in {}: `make images` writes them",
                path.display()
            )
        })?;
        let images = serde_json::from_str(&text)
            .with_context(|| format!("UBERMENCH_IMAGES: {}", path.display()))?;
        let exe = std::env::current_exe().context("own program's path")?;
        let programs = exe
            .ancestors()
            .nth(2)
            .context("own program's folder")?
            .to_owned();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("checkout")?
            .to_owned();
        Ok(Self {
            images,
            host_address: env.get("UBERMENCH_HOST_ADDRESS").cloned(),
            root,
            programs,
        })
    }
}
