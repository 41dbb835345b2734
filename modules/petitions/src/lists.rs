//! Lists of petitions: all, those of a stage, those found, those alike.

use crate::*;

/// How many stand on a page of a list.
const PAGE: u32 = 12;
/// How many stand on the first page of the platform.
const HOME: u32 = 3;

/// The fields of a petition that its card is made of.
type CardFields = (
    Field<Petition, String>,
    Field<Petition, State>,
    Field<Petition, Option<Moment>>,
    Field<Petition, Option<i64>>,
    Field<Petition, Option<i64>>,
);
/// Their values.
type CardRow = (String, State, Option<Moment>, Option<i64>, Option<i64>);

const CARD: CardFields = (Petition::TITLE, Petition::STATE, Petition::UNTIL, Petition::FINAL, Petition::GOAL);

/// Petitions by stage, the latest first; or those that hold the words searched for.
#[view]
fn list(stage: Option<Stage>, q: Option<String>, after: After) -> Result<Page> {
    let shown = stage.filter(|stage| *stage != Stage::Hidden).unwrap_or(Stage::Collecting);
    let mut page = Page::titled(msg!("list-title"));
    let Config { threshold, collection, .. } = config();
    page.lead(msg!("list-lead", goal = threshold, term = collection.value, unit = collection.unit.name()))
        .go_primary(act::submit(), msg!("start"));
    page.search_field("q");
    if let Some(words) = q.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        results(&mut page, words)?;
        return page.done();
    }
    page.filters(msg!("filters"), |f| {
        for stage in [Stage::Collecting, Stage::Review, Stage::Answered, Stage::Short, Stage::Refused] {
            f.option(view::list().query("stage", stage.name()), msg!("stage-{}", stage), stage == shown);
        }
        f
    });
    let rows = petitions()
        .select()
        .eq(Petition::STAGE, shown)
        .descending(Petition::CHANGED)
        .page(CARD, PAGE, &after)?;
    if rows.is_empty() {
        page.empty(msg!("list-empty"), |b| b.paragraph(msg!("list-empty-next")));
    } else {
        let cards = rows.iter().map(|(key, row)| Card::of(key, row));
        draw(&mut page, cards.collect::<Result<Vec<_>>>()?);
    }
    page.next_page(rows.next()).done()
}

/// The section of the platform's first page.
#[view]
fn home() -> Result<Page> {
    let rows = petitions()
        .select()
        .eq(Petition::STAGE, Stage::Collecting)
        .descending(Petition::CHANGED)
        .first(CARD, HOME)?;
    let mut page = Page::titled(msg!("home-title"));
    if rows.is_empty() {
        page.empty(msg!("list-empty"), |b| b.paragraph(msg!("list-empty-next")));
    } else {
        let cards = rows.iter().map(|(key, row)| Card::of(key, row));
        draw(&mut page, cards.collect::<Result<Vec<_>>>()?);
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

/// Petitions like the one that is being written: to support one of them may be the shorter way.
#[view]
fn similar(title: Option<String>) -> Result<Page> {
    let hits = petitions().similar(title.as_deref().unwrap_or_default(), 8)?;
    let cards = chosen(&hits, 4, Petition::is_supported)?;
    let mut page = Page::titled(msg!("similar-title"));
    if cards.is_empty() {
        page.paragraph(msg!("similar-none"));
    } else {
        page.paragraph(msg!("similar-some"));
        draw(&mut page, cards);
    }
    page.done()
}

fn results(page: &mut Page, words: &str) -> Result<()> {
    let hits = petitions().search(words, 30)?;
    let cards = chosen(&hits, 12, Petition::is_public)?;
    if cards.is_empty() {
        page.empty(msg!("found-none"), |b| b.paragraph(msg!("found-none-next")));
    } else {
        draw(page, cards);
    }
    Ok(())
}

fn chosen(hits: &[Hit], most: usize, wanted: fn(&Petition) -> bool) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    for hit in hits {
        let key = &Key::new(&hit.key);
        if let Some(p) = petitions().try_get(key)?.filter(|p| wanted(p)) {
            let p = p.into_inner();
            cards.push(Card::of(key, &(p.title, p.state, p.until, p.r#final, p.goal))?);
        }
        if cards.len() == most {
            break;
        }
    }
    Ok(cards)
}

/// A petition in a list.
struct Card {
    number: Key,
    title: String,
    state: State,
    until: Option<Moment>,
    count: u64,
    /// The threshold of its own rules; none if it was refused.
    goal: Option<u64>,
}

impl Card {
    fn of(number: &Key, (title, state, until, last, goal): &CardRow) -> Result<Self> {
        Ok(Card {
            number: number.clone(),
            title: title.clone(),
            state: *state,
            until: until.clone(),
            count: crate::life::count(number, *state, *last)?,
            goal: goal.map(i64::unsigned_abs),
        })
    }
}

fn draw(page: &mut Page, cards: Vec<Card>) {
    page.cards(|c| {
        for card in &cards {
            c.card(view::petition(&card.number), card.title.as_str(), |k| {
                match (card.state, &card.until) {
                    (State::Collecting, Some(until)) => k.tag(Tone::Brand, days_left(until)),
                    (state, _) => k.tag(crate::life::tone(state), state),
                };
                if let Some(goal) = card.goal {
                    // The host writes both figures; the words say what they mean.
                    let label = match (card.state, goal.saturating_sub(card.count)) {
                        (_, 0) => msg!("enough"),
                        (State::Collecting, missing) => msg!("missing", count = missing),
                        _ => msg!("short-title"),
                    };
                    k.progress(card.count.min(goal), goal, label);
                }
                k
            });
        }
        c
    });
}
