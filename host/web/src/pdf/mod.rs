//! Documents in PDF: headings, paragraphs and labelled lines on pages of A4, in the typeface of the platform, which is
//! embedded.

mod face;

use face::{Face, deflated};
use pdf_writer::types::AssociationKind;
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use thiserror::Error;

static REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.ttf");
static STRONG: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.ttf");

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
const BODY: f32 = 10.0;
const LEADING: f32 = 1.45;

/// Why a document could not be made.
#[derive(Debug, Error)]
pub enum PdfError {
    /// The embedded typeface cannot be read.
    #[error("read the embedded typeface")]
    Font,
    /// Something could not be packed.
    #[error("compress a part of a PDF")]
    Compress(#[source] std::io::Error),
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The title, on top.
    Title(String),
    /// A heading.
    Heading(String),
    /// A paragraph; its line breaks stay.
    Paragraph(String),
    /// A label with its value.
    Line(String, String),
}

/// A file that goes with the document, in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    /// What it is, in words.
    pub description: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// A line of text at its place.
struct Placed {
    strong: bool,
    size: f32,
    x: f32,
    y: f32,
    text: String,
}

/// Lays parts out and makes a PDF of them, with a file attached.
pub fn document(
    title: &str,
    language: &str,
    parts: &[Part],
    attached: Option<&Attached>,
) -> Result<Vec<u8>, PdfError> {
    let (mut regular, mut strong) = (Face::new(REGULAR)?, Face::new(STRONG)?);
    let pages = lay_out(parts, &regular, &strong);
    let mut pdf = Pdf::new();
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    let page_of = |place: i32| (Ref::new(FIRST_PAGE + 2 * place), Ref::new(FIRST_PAGE + 2 * place + 1));
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).lang(TextStr(language));
    if attached.is_some() {
        catalog.names().embedded_files().names().insert(Str(b"receipt"), FILE);
    }
    catalog.finish();
    pdf.document_info(INFO).title(TextStr(title));
    pdf.pages(PAGES).kids((0..count).map(|place| page_of(place).0)).count(count);
    for (place, lines) in (0..count).zip(&pages) {
        let (id, content) = page_of(place);
        let mut page = pdf.page(id);
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(PAGES).contents(content);
        let mut resources = page.resources();
        let mut fonts = resources.fonts();
        fonts.pair(Name(b"R"), Ref::new(REGULAR_AT)).pair(Name(b"S"), Ref::new(STRONG_AT));
        fonts.finish();
        resources.finish();
        page.finish();
        let mut text = Content::new();
        for line in lines {
            let (face, name) = if line.strong { (&mut strong, "S") } else { (&mut regular, "R") };
            text.begin_text();
            text.set_font(Name(name.as_bytes()), line.size);
            // Measured from the bottom.
            text.next_line(line.x, PAGE.1 - line.y);
            text.show(Str(&face.encode(&line.text)));
            text.end_text();
        }
        pdf.stream(content, &deflated(&text.finish())?).filter(Filter::FlateDecode);
    }
    regular.embed(&mut pdf, REGULAR_AT, "Inter-Regular")?;
    strong.embed(&mut pdf, STRONG_AT, "Inter-SemiBold")?;
    if let Some(attached) = attached {
        let packed = deflated(&attached.content)?;
        let mut file = pdf.embedded_file(FILE_CONTENT, &packed);
        file.subtype(Name(attached.media_type.as_bytes()));
        file.filter(Filter::FlateDecode);
        file.finish();
        let mut file = pdf.file_spec(FILE);
        file.path(Str(attached.name.as_bytes())).unic_file(TextStr(&attached.name));
        file.embedded_file(FILE_CONTENT).description(TextStr(&attached.description));
        file.association_kind(AssociationKind::Data);
        file.finish();
    }
    Ok(pdf.finish())
}

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const FILE: Ref = Ref::new(4);
const FILE_CONTENT: Ref = Ref::new(5);
const REGULAR_AT: i32 = 10;
const STRONG_AT: i32 = 20;
const FIRST_PAGE: i32 = 30;

/// The lines of each page.
fn lay_out(parts: &[Part], regular: &Face, strong: &Face) -> Vec<Vec<Placed>> {
    let mut pages = Pages { pages: vec![Vec::new()], y: MARGIN };
    for part in parts {
        match part {
            Part::Title(text) => pages.block(strong, true, 20.0, 8.0, text),
            Part::Heading(text) => {
                pages.y += 10.0;
                pages.block(strong, true, 13.0, 4.0, text);
            }
            Part::Paragraph(text) => pages.block(regular, false, BODY, 6.0, text),
            Part::Line(label, value) => {
                pages.block(strong, true, BODY - 1.0, 0.0, label);
                pages.block(regular, false, BODY, 5.0, value);
            }
        }
    }
    pages.pages
}

struct Pages {
    pages: Vec<Vec<Placed>>,
    /// Where the next line begins, from the top.
    y: f32,
}

impl Pages {
    fn block(&mut self, face: &Face, strong: bool, size: f32, after: f32, text: &str) {
        for line in lines(face, text, (PAGE.0 - 2.0 * MARGIN) / size) {
            if self.y + size * LEADING > PAGE.1 - MARGIN {
                self.pages.push(Vec::new());
                self.y = MARGIN;
            }
            self.y += size * LEADING;
            if let Some(page) = self.pages.last_mut() {
                page.push(Placed { strong, size, x: MARGIN, y: self.y, text: line });
            }
        }
        self.y += after;
    }
}

/// Text in lines of so many ems: broken between words, and within a word that is longer than a line.
fn lines(face: &Face, text: &str, most: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let (mut line, mut width) = (String::new(), 0.0);
        for word in paragraph.split_inclusive(' ') {
            let long: f32 = word.trim_end().chars().map(|letter| face.width(letter)).sum();
            if width + long > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                width = 0.0;
            }
            for letter in word.chars() {
                let letter_width = face.width(letter);
                if width + letter_width > most && letter != ' ' {
                    lines.push(std::mem::take(&mut line));
                    width = 0.0;
                }
                line.push(letter);
                width += letter_width;
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let face = Face::new(REGULAR).unwrap();
        let text = format!("Слова різної довжини, words of many lengths, {}", "Ш".repeat(300));
        let lines = super::lines(&face, &text, 40.0);
        assert!(lines.len() > 5, "{lines:?}");
        for line in &lines {
            let width: f32 = line.trim_end().chars().map(|letter| face.width(letter)).sum();
            assert!(width <= 40.0, "{width}: {line}");
        }
        assert_eq!(lines.concat(), text);
        assert_eq!(super::lines(&face, "a\n\nb", 40.0), ["a", "", "b"]);
    }

    #[test]
    fn a_long_document_goes_on_on_the_next_page() {
        let parts = vec![Part::Paragraph("Абзац, яких багато.".into()); 200];
        let (regular, strong) = (Face::new(REGULAR).unwrap(), Face::new(STRONG).unwrap());
        let pages = lay_out(&parts, &regular, &strong);
        assert!(pages.len() > 2);
        assert_eq!(pages.iter().map(Vec::len).sum::<usize>(), 200);
        assert!(pages.iter().flatten().all(|line| line.y <= PAGE.1 - MARGIN));
        let attached = Attached {
            name: "receipt.json".into(),
            media_type: "application/json",
            description: "Квитанція".into(),
            content: b"{}".to_vec(),
        };
        let pdf = document("Назва", "uk", &parts, Some(&attached)).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
    }
}
