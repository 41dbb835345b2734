//! HTML with places left open for what depends on the visitor.

use vzaemo_marks::Tone;

/// HTML and the slots in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Finished HTML.
    pub html: String,
    /// The slots by the byte offset in `html` at which they stand, ascending.
    pub slots: Vec<(usize, Slot)>,
}

/// What kind of thing stands in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// An act without fields: a button.
    Action,
    /// An act's form in place.
    Form,
}

/// A place whose content is decided by the visitor: signed in, allowed, done already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Button or form.
    pub kind: SlotKind,
    /// The act's name in the manifest.
    pub act: String,
    /// The parameters of the act's address.
    pub params: Vec<(String, String)>,
    /// Values that the form starts with.
    pub prefill: Vec<(String, String)>,
    /// How it is coloured.
    pub tone: Tone,
    /// The main action of its group.
    pub primary: bool,
    /// Escaped HTML of the label: running text without links.
    pub label: String,
    /// What stands here when the visitor has done it already; may hold slots of its own, such as taking it
    /// back.
    pub taken: Option<Fragment>,
}

impl Fragment {
    /// An empty fragment with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Fragment { html: String::with_capacity(bytes), slots: Vec::new() }
    }

    /// An empty fragment with room for some words.
    pub(crate) fn short() -> Self {
        Fragment::with_capacity(96)
    }

    /// Appends finished HTML.
    pub(crate) fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// Appends another fragment with its slots.
    pub(crate) fn append(&mut self, other: Fragment) {
        let offset = self.html.len();
        self.html.push_str(&other.html);
        self.slots.extend(other.slots.into_iter().map(|(at, slot)| (at + offset, slot)));
    }

    /// Leaves a slot open here.
    pub(crate) fn leave(&mut self, slot: Slot) {
        self.slots.push((self.html.len(), slot));
    }

    /// Writes the fragment with every slot filled by `fill`, which appends what stands there for this
    /// visitor.
    pub fn splice(&self, out: &mut String, fill: &mut dyn FnMut(&Slot, &mut String)) {
        out.reserve(self.html.len() + self.slots.len() * 512);
        let mut from = 0;
        for (at, slot) in &self.slots {
            out.push_str(self.html.get(from..*at).unwrap_or_default());
            fill(slot, out);
            from = *at;
        }
        out.push_str(self.html.get(from..).unwrap_or_default());
    }
}
