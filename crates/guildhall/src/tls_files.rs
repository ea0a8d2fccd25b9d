//! The files of the server's certificate and its key, which are replaced while it runs.
//!
//! Whoever renews certificates renames files or turns a link to others, and tells nobody. So we look, every other second.

use crate::config::Server;
use foundation::time::{from_seconds, to_text};
use server::{Identity, Tls};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// No chain is longer.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Debug, Clone)]
pub(crate) struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
}

/// What tells one state of a file from another: where it lies on the disk, and when it was changed.
type Stamp = [Option<(u64, u64, u64, i64, i64, i64, i64)>; 2];

impl TlsFiles {
    /// The files that are given, if any.
    ///
    /// # Errors
    /// When it is only one of the two.
    pub(crate) fn given(options: &Server) -> Result<Option<Self>, String> {
        match (&options.tls_cert, &options.tls_key) {
            (Some(certificate), Some(key)) => Ok(Some(Self { certificate: certificate.clone(), key: key.clone() })),
            (None, None) => Ok(None),
            (Some(_), None) => Err("--tls-cert needs the key of the certificate: give --tls-key too".into()),
            (None, Some(_)) => Err("--tls-key needs the certificate that it belongs to: give --tls-cert too".into()),
        }
    }

    /// The file of the key.
    pub(crate) fn key(&self) -> &Path {
        &self.key
    }

    /// Reads both.
    ///
    /// # Errors
    /// When they cannot be served with.
    pub(crate) fn read(&self) -> Result<Identity, String> {
        let certificate = read("--tls-cert", &self.certificate)?;
        let key = read("--tls-key", &self.key)?;
        Identity::from_pem(&certificate, &key).map_err(|error| match error.is_of_key() {
            true => format!("--tls-key {}: {error}", self.key.display()),
            false => format!("--tls-cert {}: {error}", self.certificate.display()),
        })
    }

    /// Whether others than its owner's group may read the key.
    pub(crate) fn key_is_open(&self) -> bool {
        std::fs::metadata(&self.key).is_ok_and(|metadata| metadata.mode() & 0o007 != 0)
    }

    /// Reads them, and goes on to look for others until the process ends. Where they cannot be used, what was there before
    /// is kept, and the log says so once.
    ///
    /// # Errors
    /// When they cannot be served with now.
    pub(crate) fn follow(self) -> Result<Tls, String> {
        let stamp = self.stamp();
        let tls = Tls::new(&self.read()?);
        let followed = tls.clone();
        // A thread of its own, because files may lie where reading them takes long.
        std::thread::Builder::new()
            .name("certificate".into())
            .spawn(move || self.look(stamp, &followed))
            .map_err(|error| format!("nobody can look after the certificate: {error}"))?;
        Ok(tls)
    }

    fn look(&self, mut served: Stamp, tls: &Tls) {
        let mut refused = None;
        let mut told = None;
        loop {
            std::thread::sleep(LOOK_EVERY);
            let stamp = self.stamp();
            if stamp == served {
                continue;
            }
            match self.read() {
                Ok(identity) => {
                    tls.replace(&identity);
                    let until = until(&identity).map(|until| to_text(from_seconds(until))).unwrap_or_default();
                    tracing::info!(%until, "new connections get the certificate that has come");
                    served = stamp;
                }
                // One of the two may have come before the other: it is wrong when it has stayed so.
                Err(error) if refused == Some(stamp) && told != Some(stamp) => {
                    tracing::error!("{error}; the certificate from before is kept");
                    told = Some(stamp);
                }
                Err(_) => refused = Some(stamp),
            }
        }
    }

    fn stamp(&self) -> Stamp {
        [&self.certificate, &self.key].map(|path| std::fs::metadata(path).ok().map(|metadata| stamp(&metadata)))
    }
}

fn stamp(file: &Metadata) -> (u64, u64, u64, i64, i64, i64, i64) {
    (file.dev(), file.ino(), file.size(), file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec())
}

fn read(option: &str, path: &Path) -> Result<Vec<u8>, String> {
    let read = std::fs::metadata(path).and_then(|metadata| match metadata.len() > MAX_BYTES {
        true => Err(std::io::Error::other("it is too large")),
        false => std::fs::read(path),
    });
    read.map_err(|error| format!("{option}: cannot read {}: {error}", path.display()))
}

/// Until when the certificate is valid, in seconds since 1970.
pub(crate) fn until(identity: &Identity) -> Option<i64> {
    saml::validity(identity.certificate()).map(|(_, until)| until)
}
