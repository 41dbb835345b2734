//! Lists of consultations.

use crate::life::tone;
use crate::*;
use vzaemo_sdk::Rows;

const PAGE: u32 = 12;
/// How many stand on the first page of the platform.
const HOME: u32 = 3;
/// How many a search brings.
const FOUND: u32 = 12;

/// What a card shows.
struct Card {
    number: Key,
    title: String,
    body: BodyId,
    state: State,
    closes: Day,
    count: u64,
}

fn cards(rows: &Rows<(String, BodyId, State, Day)>) -> Result<Vec<Card>> {
    let of = |(number, (title, body, state, closes)): &(Key, (String, BodyId, State, Day))| {
        let over = *state == State::Open && calendar::is_past(closes)?;
        Ok(Card {
            number: number.clone(),
            title: title.clone(),
            body: body.clone(),
            state: if over { State::Closed } else { *state },
            closes: closes.clone(),
            count: proposals().count_of_consultation(number)?,
        })
    };
    rows.iter().map(of).collect()
}

fn draw(page: &mut Page, cards: &[Card]) {
    page.cards(|all| {
        all.each(cards, |all, one| {
            all.card(view::consultation(&one.number), &one.title, |c| {
                c.tag(tone(one.state), one.state).paragraph(&one.body);
                if one.state == State::Open {
                    c.paragraph((msg!("card-until", closes = &one.closes), " · ", days_left(&one.closes)));
                }
                c.paragraph(msg!("count", count = one.count))
            })
        })
    });
}

fn none(page: &mut Page) {
    page.empty(msg!("list-empty"), |b| b.paragraph(msg!("list-empty-next")));
}

fn in_state(state: State) -> vzaemo_sdk::Select<Consultation> {
    consultations().select().eq(Consultation::STATE, state).descending(Consultation::CHANGED)
}

/// What rows of cards bring.
const CARD: (
    vzaemo_sdk::Field<Consultation, String>,
    vzaemo_sdk::Field<Consultation, BodyId>,
    vzaemo_sdk::Field<Consultation, State>,
    vzaemo_sdk::Field<Consultation, Day>,
) = (Consultation::TITLE, Consultation::BODY, Consultation::STATE, Consultation::CLOSES);

/// Consultations by state, the latest first; or those that hold the words searched for.
#[view]
fn list(state: Option<State>, q: Option<String>, after: After) -> Result<Page> {
    let shown = state.filter(|state| *state != State::Draft).unwrap_or(State::Open);
    let mut page = Page::titled(msg!("list-title"));
    page.lead(msg!("list-lead")).search_field("q");
    if let Some(words) = q.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        results(&mut page, words)?;
        return page.done();
    }
    page.filters(msg!("filters"), |f| {
        f.each([State::Open, State::Closed, State::Reporting, State::Reported], |f, state| {
            f.option(view::list().query("state", state.name()), msg!("stage-{}", state), state == shown)
        })
    });
    let rows = in_state(shown).page(CARD, PAGE, &after)?;
    if rows.is_empty() {
        none(&mut page);
    } else {
        draw(&mut page, &cards(&rows)?);
    }
    page.next_page(rows.next()).done()
}

/// The section of the platform's first page.
#[view]
fn home() -> Result<Page> {
    let rows = in_state(State::Open).first(CARD, HOME)?;
    let mut page = Page::titled(msg!("home-title"));
    if rows.is_empty() {
        none(&mut page);
    } else {
        draw(&mut page, &cards(&rows)?);
    }
    page.done()
}

/// What the platform's search finds here.
#[view]
fn found(q: Option<String>) -> Result<Page> {
    let mut page = Page::titled(msg!("list-title"));
    results(&mut page, q.as_deref().unwrap_or_default())?;
    page.done()
}

fn results(page: &mut Page, words: &str) -> Result<()> {
    let mut cards = Vec::new();
    for hit in consultations().search(words, FOUND)? {
        let number = Key::new(hit.key);
        let Some(found) = consultations().try_get(&number)? else { continue };
        if found.state == State::Draft {
            continue;
        }
        let (state, count) = (found.shown()?, proposals().count_of_consultation(&number)?);
        let found = found.into_inner();
        cards.push(Card { number, title: found.title, body: found.body, state, closes: found.closes, count });
    }
    if cards.is_empty() {
        page.empty(msg!("found-none"), |b| b.paragraph(msg!("found-none-next")));
    } else {
        draw(page, &cards);
    }
    Ok(())
}
