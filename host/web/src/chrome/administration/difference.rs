//! Two texts, line by line: what goes and what comes, with a few lines around.

use crate::texts::Speaker;
use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

/// So many lines that stay are shown around a change.
const AROUND: usize = 3;

/// The difference; says so if there is none. `label` names it for those who do not see it.
pub fn lines(say: &Speaker<'_>, before: &str, after: &str, label: &str) -> Markup {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(AROUND);
    html! {
        @if groups.is_empty() { p.v-muted { (say.say("changes-same-text")) } }
        @for group in &groups {
            @let first = group.first().map_or(0, |op| op.new_range().start) + 1;
            p.v-small.v-muted { (say.say_with("changes-from-line", &[("line", first.to_string().into())])) }
            div.v-code tabindex="0" role="group" aria-label=(label) {
                @for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                    @let line = change.value().trim_end_matches(['\r', '\n']);
                    @match change.tag() {
                        ChangeTag::Equal => span { "  " (line) },
                        ChangeTag::Delete => del {
                            span.govuk-visually-hidden { (say.say("changes-line-gone")) " " } "− " (line)
                        },
                        ChangeTag::Insert => ins {
                            span.govuk-visually-hidden { (say.say("changes-line-new")) " " } "+ " (line)
                        },
                    }
                    "\n"
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    fn shown(before: &str, after: &str) -> String {
        lines(&Speaker::host(Language::En), before, after, "platform.toml").into_string()
    }

    #[test]
    fn only_what_differs_is_shown_with_what_stands_around() {
        let before: String = (1..=30).map(|line| format!("line {line}\n")).collect();
        let html = shown(&before, &before.replace("line 15\n", "line <fifteen>\n"));
        assert!(html.contains("− line 15</del>") && html.contains("+ line &lt;fifteen&gt;</ins>"), "{html}");
        assert!(html.contains("  line 12<") && html.contains("  line 18<"), "{html}");
        assert!(!html.contains("line 11<") && !html.contains("line 19<"), "{html}");
    }

    #[test]
    fn texts_that_are_the_same_are_said_to_be() {
        let same = Speaker::host(Language::En).say("changes-same-text").into_owned();
        assert!(shown("a\n", "a\n").contains(&same));
    }
}
