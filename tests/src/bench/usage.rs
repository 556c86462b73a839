//! CPU time and memory as the kernel counts them, and what the disk takes.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Clock ticks a second in `/proc`; the same on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// One process as `/proc/…/stat` shows it.
struct Stat {
    parent: u32,
    own_ticks: f64,
    /// Of children that ended.
    reaped_ticks: f64,
}

fn stat(pid: u32) -> Result<Stat> {
    let path = format!("/proc/{pid}/stat");
    let line = fs::read_to_string(&path).with_context(|| path.clone())?;
    // The name in brackets may hold anything.
    let (_, rest) = line.rsplit_once(')').context("stat without a name")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |place: usize| -> Result<f64> {
        let field = fields.get(place).context("a short stat")?;
        field.parse().context("stat")
    };
    Ok(Stat {
        parent: fields.get(1).context("a short stat")?.parse()?,
        own_ticks: number(11)? + number(12)?,
        reaped_ticks: number(13)? + number(14)?,
    })
}

/// The median time until a page is on the disk where the stores keep theirs.
pub(super) fn flush() -> Result<Duration> {
    let path = std::env::temp_dir().join(format!("ubermench-bench-{}", std::process::id()));
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..100 {
        file.write_all(&[0; 8192])?;
        let begin = Instant::now();
        file.sync_data()?;
        times.push(begin.elapsed());
    }
    fs::remove_file(path)?;
    times.sort();
    times.get(50).copied().context("no flush")
}

/// CPU seconds of a process so far.
pub(super) fn cpu(pid: u32) -> Result<f64> {
    Ok(stat(pid)?.own_ticks / TICKS)
}

/// CPU seconds of a process and all below it, ended ones too.
pub(super) fn cpu_of_tree(root: u32) -> Result<f64> {
    let all: HashMap<u32, Stat> = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| Some((pid, stat(pid).ok()?)))
        .collect();
    let is_below = |mut pid: u32| loop {
        if pid == root {
            return true;
        }
        match all.get(&pid) {
            Some(stat) if stat.parent > 1 => pid = stat.parent,
            _ => return false,
        }
    };
    let ticks = |(pid, stat): (&u32, &Stat)| {
        let reaped = if *pid == root { stat.reaped_ticks } else { 0.0 };
        stat.own_ticks + reaped
    };
    let below = all.iter().filter(|(pid, _)| is_below(**pid));
    Ok(below.map(ticks).sum::<f64>() / TICKS)
}

/// Memory of a process in MiB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    /// Resident now.
    pub(super) resident: f64,
    /// The most that was resident since it started.
    pub(super) peak: f64,
}

pub(super) fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))?;
    let mib = |name: &str| -> Result<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.split_whitespace().next());
        Ok(kib.context("no memory in status")?.parse::<f64>()? / 1024.0)
    };
    Ok(Memory {
        resident: mib("VmRSS:")?,
        peak: mib("VmHWM:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_process_is_found_below_itself() {
        let pid = std::process::id();
        assert!(cpu_of_tree(pid).unwrap() >= cpu(pid).unwrap());
        let memory = memory(pid).unwrap();
        assert!(memory.resident > 0.0 && memory.peak >= memory.resident);
    }
}
