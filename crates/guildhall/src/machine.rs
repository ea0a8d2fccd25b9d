//! What the machine, or the container, has.

/// Bytes of memory that this process may use, as far as it can be known.
pub(crate) fn memory() -> Option<u64> {
    let read = |path| std::fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| total(&text));
    // A container's limit, of the second version of control groups and of the first; "max" is no limit.
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limit = limits.iter().find_map(|path| read(path)?.trim().parse().ok());
    machine.into_iter().chain(limit).min()
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// MiB for hashing passwords where the operator does not say: enough for one of ours on each processor, and for the
/// costliest that can be imported, but no more than a quarter of the memory, and enough for one of ours.
pub(crate) fn hashing_memory(processors: usize, memory: Option<u64>) -> u32 {
    const ONE: u64 = 20;
    const COSTLIEST: u64 = 320;
    let wanted = (processors as u64).saturating_mul(ONE).max(COSTLIEST);
    let most = memory.map_or(u64::MAX, |memory| (memory >> 20) / 4);
    u32::try_from(wanted.min(most).max(ONE)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashing_gets_what_processors_can_use_and_the_memory_allows() {
        for (processors, gibibytes, mebibytes) in [
            (2, Some(4.0), 320),
            (2, None, 320),
            (64, Some(256.0), 1280),
            (64, Some(2.0), 512),
            (2, Some(0.5), 128),
            (1, Some(0.01), 20),
        ] {
            let memory = gibibytes.map(|number: f64| (number * f64::from(1 << 30)) as u64);
            assert_eq!(hashing_memory(processors, memory), mebibytes, "{processors} processors, {gibibytes:?} GiB");
        }
    }

    #[test]
    fn reads_what_the_kernel_says() {
        assert_eq!(total("MemTotal:       24689432 kB\nMemFree:         8909372 kB\n"), Some(24_689_432 * 1024));
        for odd in ["", "MemTotal: many kB", "MemTotal: 1 MB", "MemTotal: 99999999999999999999 kB"] {
            assert_eq!(total(odd), None, "{odd}");
        }
    }
}
