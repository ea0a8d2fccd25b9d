//! What an authenticator app reads with its camera.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fast_qr::{ECL, QRBuilder};
use foundation::error::{Error, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Pixels of the picture at most: the prebuilt login shows it as it is, and must not be wider than a telephone.
const WIDEST: usize = 248;
/// Modules of the margin (ISO/IEC 18004, section 9.1).
const MARGIN: usize = 4;
/// Characters of a name that are shown: more would not fit on a telephone, nor at last into the picture.
const SHOWN: usize = 40;

/// What stands for itself in a URL (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How such a URL begins.
pub(crate) const SCHEME: &str = "otpauth://totp/";
/// The longest text of which a picture is drawn, in bytes.
const LONGEST: usize = 2048;

/// The URL that apps understand: who asks for the codes, and whose they are. Somebody may have accounts in several
/// organizations of one app, so their name stands in it, too.
pub(crate) fn url(project: &str, organization: &str, email: &str, secret: &str) -> String {
    // A colon parts the two, so none stands in them.
    let name = |text: &str| text.replace(':', " ").chars().take(SHOWN).collect::<String>().trim().to_owned();
    let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
    let issuer = escaped(&name(project));
    let account = escaped(&format!("{} ({})", email.replace(':', " "), name(organization)));
    format!("{SCHEME}{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
}

/// A text as the outline of its dark modules, for a picture that a page draws: how many modules it is wide, and the path (SVG).
pub(crate) fn outline(text: &str) -> Result<(usize, String)> {
    let text = if text.len() > LONGEST { "" } else { text };
    let code = QRBuilder::new(text).ecl(ECL::L).build().map_err(|e| Error::internal(format!("{e:?}")))?;
    let mut path = String::new();
    for y in 0..code.size {
        for x in (0..code.size).filter(|x| code[y][*x].value()) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN));
        }
    }
    Ok((code.size + 2 * MARGIN, path))
}

/// A text as a picture, in a URL that holds it.
pub(super) fn draw(text: &str) -> Result<String> {
    // A screen does not get scratched or soiled, so the least redundancy does; that leaves the modules larger.
    let code = QRBuilder::new(text).ecl(ECL::L).build().map_err(|e| Error::internal(format!("{e:?}")))?;
    let pixels = (WIDEST / (code.size + 2 * MARGIN)).max(1);
    let width = (code.size + 2 * MARGIN) * pixels;
    let is_dark = |x: usize, y: usize| {
        let module = |at: usize| (at / pixels).checked_sub(MARGIN).filter(|at| *at < code.size);
        module(x).zip(module(y)).is_some_and(|(x, y)| code[y][x].value())
    };
    let mut rows = vec![0u8; width.div_ceil(8) * width];
    for (y, row) in rows.chunks_mut(width.div_ceil(8)).enumerate() {
        // A bit for each pixel, and white is one.
        for x in (0..width).filter(|x| !is_dark(*x, y)) {
            row[x / 8] |= 0x80 >> (x % 8);
        }
    }
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png(width, &rows)?)))
}

fn png(width: usize, rows: &[u8]) -> Result<Vec<u8>> {
    let fault = |error: png::EncodingError| Error::Internal(Box::new(error));
    let side = u32::try_from(width).map_err(|error| Error::Internal(Box::new(error)))?;
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(fault)?;
    writer.write_image_data(rows).map_err(fault)?;
    writer.finish().map_err(fault)?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_names_issuer_and_account() {
        assert_eq!(
            url("Acme: Cloud", "R&D", "ada+1@acme.example", "GEZDGNBVGY3TQOJQ"),
            "otpauth://totp/Acme%20%20Cloud:ada%2B1%40acme.example%20%28R%26D%29\
             ?secret=GEZDGNBVGY3TQOJQ&issuer=Acme%20%20Cloud&algorithm=SHA1&digits=6&period=30"
        );
    }

    /// The longest there is: names of characters that take four bytes, and an address that cannot be longer.
    #[test]
    fn the_longest_text_fits() {
        let name = "💥".repeat(128);
        let email = format!("{}@{}.example", "x".repeat(64), "y".repeat(180));
        let picture = draw(&url(&name, &name, &email, &"A".repeat(104))).unwrap();
        assert!(picture.starts_with("data:image/png;base64,iVBORw0KGgo"), "{picture}");
    }
}
