//! Guests as WebAssembly text, so that these tests need no compiler for wasm.
//!
//! A guest is the contract's world with a default body for each export; a test replaces what it is about. Fixed
//! places in the guest's memory: 256 the answer "the standard page", 512 an answer of zeros (`ok` everywhere),
//! 1024 where imports write their answers, 2048 the answer "broken" with one digit, 8192 the page, 65536 heap.

use std::fmt::Write as _;
use vzaemo_marks::{Kind, Page, Writer};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// A guest in the making.
pub struct Guest {
    pub imports: String,
    pub functions: String,
    pub view: String,
    pub act: String,
    pub job: String,
    pub migrate: String,
    pub check: String,
    pub page: Page,
    /// Pages of 64 KiB that the memory starts with.
    pub memory: u32,
}

impl Default for Guest {
    fn default() -> Self {
        Guest {
            imports: String::new(),
            functions: String::new(),
            view: "(call $page)".to_owned(),
            act: "(i32.const 512)".to_owned(),
            job: "(i32.const 512)".to_owned(),
            migrate: "(i32.const 512)".to_owned(),
            check: "(i32.const 512)".to_owned(),
            page: page(0),
            memory: 3,
        }
    }
}

/// A page with a title and so many paragraphs.
pub fn page(paragraphs: usize) -> Page {
    let mut writer = Writer::new();
    writer.open(Kind::Page, "");
    writer.group(Kind::Title, "", |writer| writer.leaf(Kind::Text, "Notes"));
    for number in 0..paragraphs {
        writer.group(Kind::Paragraph, "", |writer| {
            writer.leaf(Kind::Text, "The quick brown fox jumps over the lazy dog and reads note ");
            writer.number(Kind::Number, i64::try_from(number).unwrap());
            writer.group(Kind::Strong, "", |writer| writer.leaf(Kind::Text, ", which matters"));
        });
    }
    writer.finish()
}

fn escaped(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().fold(String::new(), |mut text, byte| {
        write!(text, "\\{byte:02x}").unwrap();
        text
    })
}

impl Guest {
    /// A guest whose view has this body; what it leaves on the stack is where its answer stands.
    pub fn viewing(body: &str) -> Guest {
        Guest { view: body.to_owned(), ..Guest::default() }
    }

    /// Adds an import: interface (without version), function, its core type, and its name in the text.
    #[must_use]
    pub fn importing(mut self, interface: &str, function: &str, name: &str, params: usize) -> Guest {
        let params = "i32 ".repeat(params);
        writeln!(
            self.imports,
            r#"(import "vzaemo:{interface}@0.1.0" "{function}" (func ${name} (param {params})))"#
        )
        .unwrap();
        self
    }

    /// The core module.
    pub fn wat(&self) -> String {
        let Guest { imports, functions, view, act, job, migrate, check, page, memory } = self;
        let marks = page.marks.iter().flat_map(|mark| mark.to_le_bytes());
        let marks_at = 8192 + page.text.len().next_multiple_of(4);
        assert!(marks_at + page.marks.len() * 4 < 65536, "the page fits below the heap");
        let area: Vec<u8> = [0, 8192, page.text.len(), marks_at, page.marks.len()]
            .into_iter()
            .flat_map(|word| u32::try_from(word).unwrap().to_le_bytes())
            .collect();
        format!(
            r#"(module
  {imports}
  (memory (export "memory") {memory})
  (global $heap (mut i32) (i32.const 65536))
  (data (i32.const 8192) "{text}")
  (data (i32.const {marks_at}) "{marks}")
  (data (i32.const 256) "{area}")
  (data (i32.const 2048) "\01\00\00\00\02\00\00\00\20\08\00\00\01\00\00\00")
  (data (i32.const 4096) "items\00\00\00notes panicked: no such note")
  (func $page (result i32) (i32.const 256))
  (func $broken (param $digit i32) (result i32)
    (i32.store8 (i32.const 2080) (i32.add (i32.const 48) (local.get $digit)))
    (i32.const 2048))
  (func (export "cabi_realloc") (param i32 i32 i32) (param $length i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get $length)))
    (block $fits
      (br_if $fits (i32.le_u (global.get $heap) (i32.shl (memory.size) (i32.const 16))))
      (br_if $fits (i32.ne (i32.const -1)
        (memory.grow (i32.add (i32.shr_u (local.get $length) (i32.const 16)) (i32.const 1)))))
      unreachable)
    (local.get $at))
  {functions}
  (func (export "vzaemo:module/guest@0.1.0#view") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {view})
  (func (export "vzaemo:module/guest@0.1.0#act") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {act})
  (func (export "vzaemo:module/guest@0.1.0#job") (param i32 i32 i32 i32) (result i32) {job})
  (func (export "vzaemo:module/guest@0.1.0#migrate") (param i32 i32 i32 i32 i32) (result i32) {migrate})
  (func (export "vzaemo:module/guest@0.1.0#check") (result i32) {check})
)"#,
            text = escaped(page.text.bytes()),
            marks = escaped(marks),
            area = escaped(area),
        )
    }

    /// The component, packed against the contract.
    pub fn component(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/wit");
        let (package, _) = resolve.push_path(wit).unwrap();
        let world = resolve.select_world(&[package], Some("module")).unwrap();
        pack(&self.wat(), &resolve, world)
    }
}

/// Packs a core module as a component of a world.
pub fn pack(wat: &str, resolve: &Resolve, world: wit_parser::WorldId) -> Vec<u8> {
    let mut wasm = wat::parse_str(wat).unwrap();
    wit_component::embed_component_metadata(&mut wasm, resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&wasm).unwrap().encode().unwrap()
}

/// Packs a core module as a component of a world written here.
pub fn pack_foreign(wat: &str, wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("foreign.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    pack(wat, &resolve, world)
}
