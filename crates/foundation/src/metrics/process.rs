//! What the operating system says of this process, by the names that Prometheus' own libraries give it. On Linux only, which
//! tells it in files; elsewhere there are no such numbers.

use super::text::Text;

/// Writes what is known.
#[cfg(target_os = "linux")]
pub fn write(text: &mut Text) {
    linux::write(text);
}

/// Writes nothing.
#[cfg(not(target_os = "linux"))]
pub fn write(_text: &mut Text) {}

#[cfg(target_os = "linux")]
mod linux {
    use super::Text;
    use std::fs;

    /// proc(5). What cannot be read is left out.
    pub(super) fn write(text: &mut Text) {
        if let Some(stat) = fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(Stat::parse) {
            let second = rustix::param::clock_ticks_per_second() as f64;
            text.counter("process_cpu_seconds_total", "Processor time that the process has taken")
                .of(&[], stat.ticks as f64 / second);
            let page = rustix::param::page_size() as u64;
            text.gauge("process_resident_memory_bytes", "Memory of the process that is in RAM")
                .of(&[], stat.pages * page);
            text.gauge("process_virtual_memory_bytes", "Addresses that the process has reserved").of(&[], stat.bytes);
            text.gauge("process_threads", "Threads of the process").of(&[], stat.threads);
            if let Some(booted) = fs::read_to_string("/proc/stat").ok().as_deref().and_then(booted_at) {
                text.gauge("process_start_time_seconds", "When the process began, in seconds since 1970")
                    .of(&[], booted as f64 + stat.started as f64 / second);
            }
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            // The one that reads them is among them.
            text.gauge("process_open_fds", "Files and connections that the process has open")
                .of(&[], files.count().saturating_sub(1));
        }
        if let Some(most) = fs::read_to_string("/proc/self/limits").ok().as_deref().and_then(most_files) {
            text.gauge("process_max_fds", "How many it may have open").of(&[], most);
        }
    }

    /// `/proc/PID/stat`, as far as it is told.
    #[derive(Debug, PartialEq, Eq)]
    struct Stat {
        /// In user and kernel mode.
        ticks: u64,
        threads: u64,
        /// Ticks after the machine was booted.
        started: u64,
        bytes: u64,
        pages: u64,
    }

    impl Stat {
        fn parse(text: &str) -> Option<Self> {
            // The name of the program may have spaces and brackets in it.
            let (_, rest) = text.rsplit_once(')')?;
            let fields: Vec<_> = rest.split_whitespace().collect();
            // The first of these is field 3 there.
            let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
            Some(Self {
                ticks: field(14)? + field(15)?,
                threads: field(20)?,
                started: field(22)?,
                bytes: field(23)?,
                pages: field(24)?,
            })
        }
    }

    fn booted_at(stat: &str) -> Option<u64> {
        stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
    }

    fn most_files(limits: &str) -> Option<u64> {
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_linux_tells_is_read() {
            let stat =
                "7 (a) b (c) S 1 7 7 0 -1 4194560 10 0 0 0 250 50 0 0 20 0 9 0 12345 1048576 300 18446744073709551615";
            let expected = Stat { ticks: 300, threads: 9, started: 12345, bytes: 1_048_576, pages: 300 };
            assert_eq!(Stat::parse(stat), Some(expected));
            assert_eq!(Stat::parse("7 (a) S 1"), None);
            assert_eq!(booted_at("cpu 1 2\nbtime 1700000000\nprocesses 3\n"), Some(1_700_000_000));
            let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024        4096    files\n";
            assert_eq!(most_files(limits), Some(1024));
            assert_eq!(most_files("Max open files   unlimited   unlimited   files"), None);
            let mut text = Text::default();
            write(&mut text);
            assert_eq!(text.into_string().matches("# TYPE process_").count(), 7);
        }
    }
}
