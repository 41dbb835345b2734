//! Enough of HTML to be a browser without scripts: text, links and forms of the pages that the platform writes.

use html_escape::decode_html_entities;

/// A page.
#[derive(Debug, Clone)]
pub struct Html {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open(Tag),
    Close(String),
    Text(String),
}

/// A start tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// A form with its fields as a browser would send them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent to.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    /// Names and values.
    pub fields: Vec<(String, String)>,
    /// Names of all controls, unticked ones too.
    pub controls: Vec<String>,
    /// Names and values of its buttons.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same with a field filled in, which the form must have.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        assert!(
            self.controls.iter().any(|known| known == name),
            "the form at {} has no field {name}",
            self.action
        );
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with the button pressed that has this value.
    #[must_use]
    pub fn press(mut self, value: &str) -> Self {
        let button = self.buttons.iter().find(|(_, known)| known == value).cloned();
        let Some(button) = button else { panic!("the form at {} has no button {value}", self.action) };
        self.fields.push(button);
        self
    }
}

/// Attributes whose value a browser goes to or loads.
const ADDRESSES: [&str; 11] = [
    "href",
    "src",
    "srcset",
    "action",
    "formaction",
    "data",
    "poster",
    "ping",
    "background",
    "manifest",
    "xlink:href",
];

/// Elements whose content is text to its end tag.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

impl Html {
    /// Reads a page.
    pub fn read(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            push_text(&mut tokens, &rest[..at]);
            rest = &rest[at..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            } else if rest.starts_with("<!") {
                rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
            } else if let Some(closing) = rest.strip_prefix("</") {
                let end = closing.find('>').unwrap_or(closing.len());
                tokens.push(Token::Close(closing[..end].trim().to_ascii_lowercase()));
                rest = closing.get(end + 1..).unwrap_or_default();
            } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (tag, after) = read_tag(&rest[1..]);
                rest = after;
                let raw = RAW.contains(&tag.name.as_str());
                let end = format!("</{}", tag.name);
                tokens.push(Token::Open(tag));
                if raw {
                    let at = rest.to_ascii_lowercase().find(&end).unwrap_or(rest.len());
                    push_text(&mut tokens, &rest[..at]);
                    rest = &rest[at..];
                }
            } else {
                push_text(&mut tokens, "<");
                rest = &rest[1..];
            }
        }
        push_text(&mut tokens, rest);
        Html { tokens }
    }

    /// What is read on the page, in one line.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut hidden = false;
        for token in &self.tokens {
            match token {
                Token::Open(tag) if tag.name == "script" || tag.name == "style" => hidden = true,
                Token::Close(name) if name == "script" || name == "style" => hidden = false,
                Token::Text(part) if !hidden => text.push_str(part),
                // Words of neighbouring blocks do not run into one another; those of `<b>a</b>b` do, as on screen.
                Token::Open(tag) if is_block(&tag.name) => text.push(' '),
                Token::Close(name) if is_block(name) => text.push(' '),
                _ => {}
            }
        }
        one_line(&text)
    }

    /// The text of `<title>`.
    pub fn title(&self) -> String {
        self.within("title")
    }

    /// The language of the page.
    pub fn language(&self) -> Option<&str> {
        self.tags().find(|tag| tag.name == "html").and_then(|tag| tag.get("lang"))
    }

    /// The text of the first element with this name.
    pub fn within(&self, name: &str) -> String {
        let start =
            self.tokens.iter().position(|token| matches!(token, Token::Open(tag) if tag.name == name));
        let Some(start) = start else { return String::new() };
        let texts = self.tokens[start..]
            .iter()
            .take_while(|token| !matches!(token, Token::Close(closed) if closed == name))
            .filter_map(|token| if let Token::Text(text) = token { Some(text.as_str()) } else { None });
        one_line(&texts.collect::<String>())
    }

    /// Addresses that the page leads to.
    pub fn links(&self) -> Vec<String> {
        let links = self.tags().filter(|tag| tag.name == "a").filter_map(|tag| tag.get("href"));
        links.map(str::to_owned).collect()
    }

    /// Where the page goes on, as written: the link with `rel="next"`.
    pub fn next(&self) -> Option<&str> {
        self.tags()
            .find(|tag| tag.name == "a" && tag.get("rel") == Some("next"))
            .and_then(|tag| tag.get("href"))
    }

    /// The number of rows in the bodies of tables.
    pub fn rows(&self) -> usize {
        let mut within = false;
        let mut rows = 0;
        for token in &self.tokens {
            match token {
                Token::Open(tag) if tag.name == "tbody" => within = true,
                Token::Close(name) if name == "tbody" => within = false,
                Token::Open(tag) if within && tag.name == "tr" => rows += 1,
                _ => {}
            }
        }
        rows
    }

    /// Whether there is such an element.
    pub fn has(&self, name: &str) -> bool {
        self.tags().any(|tag| tag.name == name)
    }

    /// What could run as a script on this page: foreign or inline scripts, handlers, script addresses.
    pub fn dangers(&self) -> Vec<String> {
        let mut dangers = Vec::new();
        for tag in self.tags() {
            let src = tag.get("src").unwrap_or_default();
            let local = src.starts_with('/') && !src.starts_with("//");
            if tag.name == "script" && !local {
                dangers.push(format!("a script that is not the platform's: {tag:?}"));
            }
            if ["iframe", "object", "embed", "base"].contains(&tag.name.as_str()) {
                dangers.push(format!("an element that no page has: {tag:?}"));
            }
            for (name, value) in &tag.attributes {
                let value = value.trim_start().to_ascii_lowercase();
                let scripted = value.starts_with("javascript:") || value.starts_with("data:text");
                if name.starts_with("on") || name == "style" || scripted && ADDRESSES.contains(&name.as_str())
                {
                    dangers.push(format!("{name}={value} in <{}>", tag.name));
                }
            }
        }
        dangers
    }

    /// All forms.
    pub fn forms(&self) -> Vec<Form> {
        let mut forms = Vec::new();
        let mut tokens = self.tokens.iter();
        let mut form: Option<Form> = None;
        let mut select: Option<(String, Option<String>)> = None;
        while let Some(token) = tokens.next() {
            match token {
                Token::Open(tag) if tag.name == "form" => {
                    form = Some(Form {
                        action: tag.get("action").unwrap_or_default().to_owned(),
                        method: tag.get("method").unwrap_or("get").to_ascii_lowercase(),
                        fields: Vec::new(),
                        controls: Vec::new(),
                        buttons: Vec::new(),
                    });
                }
                Token::Close(name) if name == "form" => forms.extend(form.take()),
                Token::Close(name) if name == "select" => {
                    if let (Some(form), Some((name, value))) = (&mut form, select.take()) {
                        form.fields.push((name, value.unwrap_or_default()));
                    }
                }
                Token::Open(tag) => {
                    let Some(form) = &mut form else { continue };
                    let name = tag.get("name").unwrap_or_default().to_owned();
                    let value = tag.get("value").map(str::to_owned);
                    match tag.name.as_str() {
                        "button" => form.buttons.push((name, value.unwrap_or_default())),
                        "option" => {
                            if let Some((_, chosen)) = &mut select
                                && (tag.has("selected") || chosen.is_none())
                            {
                                *chosen = value;
                            }
                        }
                        "select" => {
                            form.controls.push(name.clone());
                            select = Some((name, None));
                        }
                        "textarea" => {
                            let text = match tokens.clone().next() {
                                Some(Token::Text(text)) => text.strip_prefix('\n').unwrap_or(text).to_owned(),
                                _ => String::new(),
                            };
                            form.controls.push(name.clone());
                            form.fields.push((name, text));
                        }
                        "input" if !name.is_empty() => {
                            let ticked = matches!(tag.get("type"), Some("checkbox" | "radio"));
                            form.controls.push(name.clone());
                            if !ticked || tag.has("checked") {
                                form.fields.push((name, value.unwrap_or_default()));
                            }
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        forms
    }

    /// The form that is sent to this path, query left aside.
    pub fn form_to(&self, path: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.action.split('?').next() == Some(path))
    }

    fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.tokens.iter().filter_map(|token| if let Token::Open(tag) = token { Some(tag) } else { None })
    }
}

fn push_text(tokens: &mut Vec<Token>, text: &str) {
    if !text.is_empty() {
        tokens.push(Token::Text(decode_html_entities(text).into_owned()));
    }
}

/// Reads a start tag from its name on; gives it with what follows.
fn read_tag(text: &str) -> (Tag, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(text.len());
    let mut tag = Tag { name: text[..end].to_ascii_lowercase(), attributes: Vec::new() };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (tag, rest.get(1..).unwrap_or_default());
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '>').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let quote = after.chars().next().filter(|c| *c == '"' || *c == '\'');
            let (raw, left) = match quote {
                Some(quote) => {
                    let inner = &after[1..];
                    let end = inner.find(quote).unwrap_or(inner.len());
                    (&inner[..end], inner.get(end + 1..).unwrap_or_default())
                }
                None => {
                    after.split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len()))
                }
            };
            value = decode_html_entities(raw).into_owned();
            rest = left;
        }
        tag.attributes.push((name, value));
    }
}

fn is_block(name: &str) -> bool {
    !matches!(name, "a" | "b" | "i" | "em" | "strong" | "span" | "time" | "ins" | "del" | "code" | "small")
}

/// One space where there was any white space; marks of text direction left out.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
