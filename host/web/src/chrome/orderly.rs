//! The last look at a page before it is sent, whoever its texts come from.

/// Takes out characters that no page needs and that harm what stands around them: control characters, and those of the
/// bidirectional algorithm that turn the order of all text up to the end of the block (UAX #9: embeddings, overrides,
/// isolates with a direction of their own). The isolates that Fluent puts around arguments stay.
pub fn orderly(html: String) -> String {
    if is_orderly(&html) { html } else { html.chars().filter(|symbol| !is_unruly(*symbol)).collect() }
}

/// Whether [`orderly`] has nothing to take out.
pub fn is_orderly(html: &str) -> bool {
    let bytes = html.as_bytes();
    // Nearly all pages pass here, so the common case looks at many bytes at once.
    let suspect = |chunk: &[u8]| {
        chunk.iter().fold(false, |found, byte| found | matches!(byte, 0..=8 | 11..=31 | 0x7f | 0xc2 | 0xe2))
    };
    !bytes.chunks(CHUNK).enumerate().any(|(number, chunk)| {
        suspect(chunk) && (0..chunk.len()).any(|at| is_unruly_at(bytes, number * CHUNK + at))
    })
}

/// How many bytes are looked at at once.
const CHUNK: usize = 64;

fn is_unruly(symbol: char) -> bool {
    symbol.is_control() && !matches!(symbol, '\n' | '\t')
        || matches!(symbol, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}')
}

/// Whether such a character begins at this byte of UTF-8.
fn is_unruly_at(bytes: &[u8], at: usize) -> bool {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    match byte(at) {
        b'\n' | b'\t' => false,
        0..=31 | 0x7f => true,
        0xc2 => matches!(byte(at + 1), 0x80..=0x9f),
        0xe2 => matches!((byte(at + 1), byte(at + 2)), (0x80, 0xaa..=0xae) | (0x81, 0xa6 | 0xa7)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stay_as_they_are() {
        let page = "<p>«Нотатки» — п’ять \u{2068}7\u{2069}\n\t&amp; \u{a0}…</p>".repeat(50);
        assert_eq!(orderly(page.clone()), page);
    }

    #[test]
    fn what_turns_or_hides_its_surroundings_goes_wherever_it_stands() {
        for symbol in (0..0x3000).filter_map(char::from_u32) {
            let kept = !is_unruly(symbol);
            for before in [0, 1, CHUNK - 3, CHUNK - 2, CHUNK - 1, CHUNK] {
                let page = format!("{}{symbol}b", "a".repeat(before));
                assert_eq!(
                    orderly(page).contains(symbol),
                    kept || symbol == 'a',
                    "{symbol:?} after {before}"
                );
            }
        }
        assert_eq!(orderly("a\u{202e}b\u{2066}c\0d\u{85}e\r".to_owned()), "abcde");
    }
}
