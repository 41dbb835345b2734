//! A typeface in a document: how wide its text is, and the part of it that goes into the file.

use super::PdfError;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;
use std::io::Write as _;
use subsetter::GlyphRemapper;
use ttf_parser::Face as Parsed;

const IDENTITY: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A TrueType face, and which of its glyphs the document uses.
pub(super) struct Face {
    bytes: &'static [u8],
    parsed: Parsed<'static>,
    used: GlyphRemapper,
    /// The letter and the width, in thousandths of an em, of each glyph in the file.
    glyphs: BTreeMap<u16, (char, f32)>,
}

impl Face {
    pub fn new(bytes: &'static [u8]) -> Result<Self, PdfError> {
        let parsed = Parsed::parse(bytes, 0).map_err(|_| PdfError::Font)?;
        Ok(Self { bytes, parsed, used: GlyphRemapper::new(), glyphs: BTreeMap::new() })
    }

    /// The width of a letter in ems.
    pub fn width(&self, letter: char) -> f32 {
        let glyph = self.parsed.glyph_index(letter).unwrap_or_default();
        let units = f32::from(self.parsed.units_per_em());
        self.parsed.glyph_hor_advance(glyph).map_or(0.6, |advance| f32::from(advance) / units)
    }

    /// Text as the document writes it in this face: two bytes a glyph.
    pub fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for letter in text.chars() {
            let glyph = self.parsed.glyph_index(letter).unwrap_or_default();
            let number = self.used.remap(glyph.0);
            self.glyphs.insert(number, (letter, self.width(letter) * 1000.0));
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    /// Writes the used part of the face into the document, after all its text. Takes five references from `first` on, of
    /// which `first` is that of the font.
    pub fn embed(&self, pdf: &mut Pdf, first: i32, name: &str) -> Result<(), PdfError> {
        let at = |place: i32| Ref::new(first + place);
        let name = Name(name.as_bytes());
        let mut font = pdf.type0_font(at(0));
        font.base_font(name).encoding_predefined(Name(b"Identity-H"));
        font.descendant_font(at(1)).to_unicode(at(3));
        font.finish();
        let mut descendant = pdf.cid_font(at(1));
        descendant.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY);
        descendant.font_descriptor(at(2)).default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = descendant.widths();
        for (glyph, (_, width)) in &self.glyphs {
            widths.consecutive(*glyph, [*width]);
        }
        widths.finish();
        descendant.finish();

        let scale = 1000.0 / f32::from(self.parsed.units_per_em());
        let scaled = |units: i16| f32::from(units) * scale;
        let bounds = self.parsed.global_bounding_box();
        let bounds =
            Rect::new(scaled(bounds.x_min), scaled(bounds.y_min), scaled(bounds.x_max), scaled(bounds.y_max));
        let mut descriptor = pdf.font_descriptor(at(2));
        descriptor.name(name).flags(FontFlags::SYMBOLIC).bbox(bounds).italic_angle(0.0);
        descriptor.ascent(scaled(self.parsed.ascender())).descent(scaled(self.parsed.descender()));
        descriptor.cap_height(scaled(self.parsed.capital_height().unwrap_or_default())).stem_v(80.0);
        descriptor.font_file2(at(4));
        descriptor.finish();

        let mut letters = UnicodeCmap::new(Name(b"letters"), IDENTITY);
        for (glyph, (letter, _)) in &self.glyphs {
            letters.pair(*glyph, *letter);
        }
        pdf.cmap(at(3), &letters.finish());
        let part = subsetter::subset(self.bytes, 0, &self.used).map_err(|_| PdfError::Font)?;
        let packed = deflated(&part)?;
        let length = i32::try_from(part.len()).unwrap_or(i32::MAX);
        let mut stream = pdf.stream(at(4), &packed);
        stream.filter(Filter::FlateDecode);
        stream.pair(Name(b"Length1"), length);
        Ok(())
    }
}

pub(super) fn deflated(bytes: &[u8]) -> Result<Vec<u8>, PdfError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(PdfError::Compress)?;
    encoder.finish().map_err(PdfError::Compress)
}
