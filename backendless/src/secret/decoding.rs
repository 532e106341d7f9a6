//! Decoders of the encodings in which a service may repeat a secret. Each reads the text once.
//!
//! They accept more than the standards, and leave unchanged what they do not recognize: the result is only searched.

use zeroize::Zeroizing;

/// Escapes that [`unescape`] decodes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// `%C3%BC` and `%u00fc`.
    Percent,
    /// `\n`, `\/`, `\u00fc`, `\ud83d\ude00`, `\u{fc}`, `\U000000fc`, `\374` and `\xfc`.
    Backslash,
    /// `&amp;`, `&#252;` and `&#xfc;`.
    Entity,
    /// `=C3=BC`, and the `=` before a line break that is not part of the text.
    QuotedPrintable,
    /// All of them except quoted-printable, whose `=` often precedes a value in plain text.
    All,
}

impl Escapes {
    fn include(self, kind: Self) -> bool {
        self == kind || self == Self::All && kind != Self::QuotedPrintable
    }
}

/// Decodes the escapes in `text`; `None` if it contains none.
pub(super) fn unescape(text: &str, escapes: Escapes) -> Option<String> {
    // No escape is shorter than what it stands for, so the buffer does not grow. It may contain a secret.
    let mut decoded = Zeroizing::new(Vec::<u8>::with_capacity(text.len()));
    let mut is_changed = false;
    let mut rest = text;
    while let Some(start) = rest.find(['%', '\\', '&', '=']) {
        decoded.extend_from_slice(&rest.as_bytes()[..start]);
        rest = &rest[start..];
        let escape = match rest.as_bytes()[0] {
            b'%' if escapes.include(Escapes::Percent) => percent(rest),
            b'\\' if escapes.include(Escapes::Backslash) => backslash(rest),
            b'&' if escapes.include(Escapes::Entity) => entity(rest),
            b'=' if escapes.include(Escapes::QuotedPrintable) => quoted_printable(rest),
            _ => None,
        };
        let length = match escape {
            Some(Escape {
                decoded: one,
                length,
            }) => {
                is_changed = true;
                one.append_to(&mut decoded);
                length
            }
            None => {
                decoded.push(rest.as_bytes()[0]);
                1
            }
        };
        rest = &rest[length..];
    }
    decoded.extend_from_slice(rest.as_bytes());
    if !is_changed {
        return None;
    }
    let decoded = String::from_utf8(std::mem::take(&mut *decoded));
    Some(decoded.unwrap_or_else(|error| {
        let bytes = Zeroizing::new(error.into_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    }))
}

/// An escape at the start of a text.
struct Escape {
    decoded: Decoded,
    /// The length of the escape in bytes.
    length: usize,
}

enum Decoded {
    Nothing,
    /// One byte of an encoded character.
    Byte(u8),
    Char(char),
}

impl Decoded {
    fn append_to(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Nothing => {}
            Self::Byte(byte) => bytes.push(byte),
            Self::Char(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

/// The number that the hexadecimal `digits` represent; `None` for anything else.
fn hex(digits: &str) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

fn hex_byte(text: &str, start: usize) -> Option<Escape> {
    let byte = hex(text.get(start..start + 2)?)?;
    Some(Escape {
        decoded: Decoded::Byte(u8::try_from(byte).ok()?),
        length: start + 2,
    })
}

fn quoted_printable(text: &str) -> Option<Escape> {
    let soft_break = ["=\r\n", "=\n"]
        .into_iter()
        .find(|end| text.starts_with(end));
    match soft_break {
        Some(soft_break) => Some(Escape {
            decoded: Decoded::Nothing,
            length: soft_break.len(),
        }),
        None => hex_byte(text, 1),
    }
}

fn percent(text: &str) -> Option<Escape> {
    match text.as_bytes().get(1)? {
        b'u' => unicode(text),
        _ => hex_byte(text, 1),
    }
}

fn backslash(text: &str) -> Option<Escape> {
    if let Some(octal) = octal(text) {
        return Some(octal);
    }
    let character = match text.as_bytes().get(1)? {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'0' => '\0',
        b'x' => return hex_byte(text, 2),
        b'u' => return unicode(text),
        b'U' => return long_unicode(text),
        byte @ (b'"' | b'\'' | b'\\' | b'/') => char::from(*byte),
        _ => return None,
    };
    Some(Escape {
        decoded: Decoded::Char(character),
        length: 2,
    })
}

/// `\374`.
fn octal(text: &str) -> Option<Escape> {
    let digits = text.get(1..4)?;
    let is_octal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let byte = u8::from_str_radix(digits, 8).ok().filter(|_| is_octal)?;
    Some(Escape {
        decoded: Decoded::Byte(byte),
        length: 4,
    })
}

/// `\U000000fc`.
fn long_unicode(text: &str) -> Option<Escape> {
    let code = hex(text.get(2..10)?)?;
    Some(Escape {
        decoded: Decoded::Char(char::from_u32(code)?),
        length: 10,
    })
}

/// `\u00fc`, a pair of surrogates, or `\u{fc}`; with `%` in place of the backslash as well.
fn unicode(text: &str) -> Option<Escape> {
    if let Some(braced) = text.strip_prefix("\\u{") {
        /// No character has more digits.
        const MAX_DIGITS: usize = 6;
        let end = braced
            .bytes()
            .take(MAX_DIGITS + 1)
            .position(|byte| byte == b'}')?;
        return Some(Escape {
            decoded: Decoded::Char(char::from_u32(hex(&braced[..end])?)?),
            length: "\\u{".len() + end + 1,
        });
    }
    let unit = |start: usize| hex(text.get(start..start + 4)?);
    let first = unit(2)?;
    let second = match text.get(6..8) {
        Some("\\u" | "%u") => unit(8),
        _ => None,
    };
    let (code, length) = match (first, second) {
        (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
            (0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00), 12)
        }
        _ => (first, 6),
    };
    Some(Escape {
        decoded: Decoded::Char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
        length,
    })
}

fn entity(text: &str) -> Option<Escape> {
    numeric_entity(text).or_else(|| named_entity_in(text))
}

/// `&#252;` and `&#xfc;`, also without the semicolon, which browsers do not require.
fn numeric_entity(text: &str) -> Option<Escape> {
    /// No character has more digits, apart from zeros before them.
    const MAX_DIGITS: usize = 12;
    let number = text.strip_prefix("&#")?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let count = digits.bytes().take(MAX_DIGITS).take_while(is_digit).count();
    let code = u32::from_str_radix(&digits[..count], radix).ok()?;
    let end = text.len() - digits.len() + count;
    let semicolon = usize::from(text[end..].starts_with(';'));
    Some(Escape {
        decoded: Decoded::Char(char::from_u32(code)?),
        length: end + semicolon,
    })
}

fn named_entity_in(text: &str) -> Option<Escape> {
    /// The longest name below is shorter.
    const MAX_LENGTH: usize = 12;
    let end = text
        .bytes()
        .take(MAX_LENGTH)
        .position(|byte| byte == b';')?;
    Some(Escape {
        decoded: Decoded::Char(named_entity(&text[1..end])?),
        length: end + 1,
    })
}

/// The character with this name in HTML: ASCII punctuation, and the letters of Latin-1.
fn named_entity(name: &str) -> Option<char> {
    /// Names, each followed by its character.
    const PUNCTUATION: &str = "amp& lt< gt> quot\" apos' excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, \
        hyphen- period. sol/ colon: semi; equals= quest? commat@ lsqb[ bsol\\ rsqb] Hat^ lowbar_ grave` lcub{ verbar| rcub}";
    /// The search ignores the case, so one letter of each pair is enough.
    const LETTERS: &str = "agraveà aacuteá acircâ atildeã aumlä aringå aeligæ ccedilç egraveè eacuteé ecircê eumlë \
        igraveì iacuteí icircî iumlï ethð ntildeñ ograveò oacuteó ocircô otildeõ oumlö oslashø ugraveù uacuteú ucircû \
        uumlü yacuteý thornþ szligß yumlÿ";
    if matches!(name, "nbsp" | "Tab" | "NewLine") {
        return Some(' ');
    }
    let named = |entry: &str, name: &str| {
        let mut rest = entry.strip_prefix(name)?.chars();
        rest.next().filter(|_| rest.as_str().is_empty())
    };
    let mark = PUNCTUATION.split(' ').find_map(|entry| named(entry, name));
    let letter = || {
        let name = name.to_ascii_lowercase();
        LETTERS.split(' ').find_map(|entry| named(entry, &name))
    };
    mark.or_else(letter)
}

/// Minimum number of decoded bytes that are worth a search.
const MIN_BYTES: usize = 8;

/// Decodes everything in `text` that may be base64, hexadecimal digits or a list of bytes; the results are separated by a
/// zero. `None` if there is nothing.
pub(super) fn decode_binary(text: &str) -> Option<String> {
    let mut decoded = Vec::new();
    base64_runs(text, &mut decoded);
    hex_runs(text, &mut decoded);
    number_lists(text, &mut decoded);
    (!decoded.is_empty()).then(|| String::from_utf8_lossy(&decoded).into_owned())
}

/// Decodes each run of characters of base64 or base64url, at each of the four positions in a group where it may start.
fn base64_runs(text: &str, decoded: &mut Vec<u8>) {
    let mut run = Vec::new();
    for byte in text.bytes().chain([b' ']) {
        match base64_value(byte) {
            Some(value) => run.push(value),
            // Lines of e-mails.
            None if matches!(byte, b'\r' | b'\n') => {}
            None => {
                if run.len() * 3 / 4 >= MIN_BYTES {
                    for start in 0..4 {
                        decode_base64(&run[start..], decoded);
                    }
                }
                run.clear();
            }
        }
    }
}

fn base64_value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

fn decode_base64(values: &[u8], decoded: &mut Vec<u8>) {
    for group in values.chunks(4) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, value| bits << 6 | u32::from(*value));
        let bits = bits << (6 * (4 - group.len()));
        let [_, bytes @ ..] = bits.to_be_bytes();
        decoded.extend_from_slice(&bytes[..group.len() * 3 / 4]);
    }
    decoded.push(0);
}

/// Decodes each run of hexadecimal digits, with or without separators such as `:` and prefixes such as `0x`, at both
/// positions in a pair.
fn hex_runs(text: &str, decoded: &mut Vec<u8>) {
    let mut run = Vec::new();
    let mut previous = b' ';
    for byte in text.bytes().chain([b'.']) {
        match (byte, previous) {
            (b'x' | b'X', b'0') => {
                run.pop();
            }
            (b':' | b' ' | b'-' | b',' | b'\\' | b'x' | b'\r' | b'\n' | b'U' | b'+', _) => {}
            _ => match char::from(byte).to_digit(16) {
                Some(digit) => run.push(digit),
                None => {
                    if run.len() / 2 >= MIN_BYTES {
                        for start in 0..2 {
                            let pairs = run[start..].chunks_exact(2);
                            // Each digit is less than 16.
                            decoded.extend(pairs.map(|pair| (pair[0] << 4 | pair[1]) as u8));
                            decoded.push(0);
                        }
                    }
                    run.clear();
                }
            },
        }
        previous = byte;
    }
}

/// Decodes each list of numbers, such as `[67, 65]`: bytes, which Java prints with a sign, units of UTF-16, or characters.
fn number_lists(text: &str, decoded: &mut Vec<u8>) {
    let mut list: Vec<i32> = Vec::new();
    let mut flush = |list: &mut Vec<i32>| {
        if list.len() >= MIN_BYTES {
            push_list(list, decoded);
        }
        list.clear();
    };
    let is_separator = |c: char| matches!(c, ',' | ';' | '\0') || c.is_whitespace();
    for item in text.split(is_separator).filter(|item| !item.is_empty()) {
        let is_other = |c: char| !c.is_ascii_digit();
        let number = item.trim_start_matches(|c| is_other(c) && c != '-');
        match number.trim_end_matches(is_other).parse() {
            Ok(number) => {
                if item.starts_with(['[', '(', '{']) {
                    flush(&mut list);
                }
                list.push(number);
            }
            Err(_) => flush(&mut list),
        }
    }
    flush(&mut list);
}

fn push_list(list: &[i32], decoded: &mut Vec<u8>) {
    // The bits of a byte are the same with and without a sign.
    decoded.extend(list.iter().map(|number| number.to_le_bytes()[0]));
    decoded.push(0);
    if list.iter().all(|number| (-128..128).contains(number)) {
        return;
    }
    let mut push = |character: Option<char>| {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    };
    let units = list.iter().filter_map(|number| u16::try_from(*number).ok());
    char::decode_utf16(units).for_each(|character| push(character.ok()));
    push(Some('\0'));
    for number in list {
        push(u32::try_from(*number).ok().and_then(char::from_u32));
    }
    push(Some('\0'));
}

/// Joins the characters that have the same distance, for each short distance: characters between which separators are, as
/// in `[a, b]`, `["a","b"]` and `a b`.
pub(super) fn spelled_out(text: &str) -> Zeroizing<String> {
    const DISTANCES: std::ops::RangeInclusive<usize> = 2..=4;
    let characters: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let mut joined = Zeroizing::new(String::with_capacity(3 * (text.len() + 4)));
    for distance in DISTANCES {
        for start in 0..distance {
            joined.extend(characters.iter().skip(start).step_by(distance));
            joined.push('\0');
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        for (text, decoded) in [
            ("a%C3%BC%2f%41", "aü/A"),
            (r#"\n\r\t\"\'\\\/\b"#, "\n\r\t\"'\\/\u{8}"),
            (r"\u00fc\u00FC\ud83d\ude00\u{1F600}\xc3\xbc", "üü😀😀ü"),
            ("&amp;&#252;&#xFC;&uuml;&Uuml;&plus;", "&üüüü+"),
            (r"\ud83d x", "\u{fffd} x"),
            ("&#252&#xfcx&#65;", "üüxA"),
            ("%fc", "\u{fffd}"),
        ] {
            assert_eq!(
                unescape(text, Escapes::All).as_deref(),
                Some(decoded),
                "{text}"
            );
        }
    }

    #[test]
    fn text_without_escapes_is_unchanged() {
        for text in [
            "",
            "plain ü",
            "%",
            "%g0",
            "%é",
            r"\",
            r"\u12",
            r"\q",
            "&",
            "&;",
            "&x;",
            "&#;",
            r"\u{}",
            r"\u{1234567}",
            "%+1",
        ] {
            assert_eq!(unescape(text, Escapes::All), None, "{text}");
        }
        assert_eq!(
            unescape(r"%41\n&amp;", Escapes::Percent).as_deref(),
            Some(r"A\n&amp;")
        );
        assert_eq!(
            unescape(r"%41\n&amp;", Escapes::Backslash).as_deref(),
            Some("%41\n&amp;")
        );
        assert_eq!(
            unescape(r"%41\n&amp;", Escapes::Entity).as_deref(),
            Some(r"%41\n&")
        );
    }

    #[test]
    fn soft_line_breaks_are_removed() {
        let text = "s3c=\r\nret=2D=\ntoken";
        let decoded = unescape(text, Escapes::QuotedPrintable);
        assert_eq!(decoded.as_deref(), Some("s3cret-token"));
    }

    #[test]
    fn lists_of_numbers_are_bytes_with_and_without_a_sign_units_or_characters() {
        for text in [
            "[-48, -65, -48, -80, 45, 50, 48, 50, 52]",
            "208\n191\n208\n176\n45\n50\n48\n50\n52",
            "[1087,1072,45,50,48,50,52,55357,56832]",
            "[1087, 1072, 45, 50, 48, 50, 52, 128512]",
        ] {
            let decoded = decode_binary(text).unwrap_or_default();
            assert!(decoded.contains("па-2024"), "{text}: {decoded:?}");
        }
    }

    #[test]
    fn separated_characters_are_joined() {
        for text in [
            "x [s, 3, c, r, e, t, ,, t, o]",
            r#"["s","3","c","r","e","t",",","t","o"]"#,
            "s 3 c r e t , t o",
        ] {
            assert!(spelled_out(text).contains("s3cret,to"), "{text}");
        }
    }

    #[test]
    fn binary_encodings_are_decoded() {
        for text in [
            "x czNjcmV0LXRva2Vu y",
            "czNjcmV0\nLXRva2Vu",
            "xxczNjcmV0LXRva2Vu",
            "7333637265742d746f6b656e",
            "073 33 63 72 65 74 2D 74 6f 6b 65 6e",
            "73:33:63:72:65:74:2d:74:6f:6b:65:6e",
            "[0x73, 0x33, 0x63, 0x72, 0x65, 0x74, 0x2d, 0x74, 0x6f, 0x6b, 0x65, 0x6e]",
            "[115, 51, 99, 114, 101, 116, 45, 116, 111, 107, 101, 110]",
            "bytes: [115,51,99,114,101,116,45,116,111,107,101,110].",
        ] {
            let decoded = decode_binary(text).unwrap_or_default();
            assert!(decoded.contains("s3cret-token"), "{text}: {decoded:?}");
        }
        assert_eq!(decode_binary("no such object"), None);
    }
}
