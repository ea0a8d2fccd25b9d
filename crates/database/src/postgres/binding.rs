//! What ties a login to the encrypted connection it is made on, so that nobody in the middle can pass it on.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};

/// RFC 5929's `tls-server-end-point`: the certificate hashed as its signature was. `None` if that hash is unknown,
/// which leaves a login without binding.
pub(crate) fn server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(digest(signature_hash(certificate)?, certificate).as_ref().to_vec())
}

/// A certificate is a sequence of its content, the signature's algorithm and the signature.
fn signature_hash(certificate: &[u8]) -> Option<&'static Algorithm> {
    let (all, _) = element(certificate)?;
    let (_, after) = element(all)?;
    let (algorithm, _) = element(after)?;
    let (name, _) = element(algorithm)?;
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04];
    match (name.strip_prefix(RSA), name.strip_prefix(ECDSA)) {
        // MD5 and SHA-1 count as SHA-256.
        (Some([4 | 5 | 11]), _) | (_, Some([1] | [3, 2])) => Some(&SHA256),
        (Some([12]), _) | (_, Some([3, 3])) => Some(&SHA384),
        (Some([13]), _) | (_, Some([3, 4])) => Some(&SHA512),
        _ => None,
    }
}

/// The content of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&short, rest) = der.get(1..)?.split_first()?;
    let (length, rest) = match usize::from(short) {
        length @ 0..=0x7f => (length, rest),
        // The length itself has a length; a certificate is shorter than four bytes can say.
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(long & 0x7f)?;
            (bytes.iter().fold(0, |n, byte| n << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}
