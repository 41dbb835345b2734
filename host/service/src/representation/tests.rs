//! Claims and delegations on either engine, with clocks that stand still and are moved, and a register that does as told.

mod seals;

use super::{NotDone, Register, Representation, Wanted};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use vzaemo_clock::{Instant, LegalClock, SecurityClock, SignedDuration, Zone};
use vzaemo_identity::claims::{ClaimState, Refused};
use vzaemo_identity::dev::DevPersons;
use vzaemo_identity::{
    Attested, Edrpou, FullName, Identity, Method, Opening, Organisation, PersonId, PlatformSecret, ProvenKey,
    Rnokpp, Role, Session, SessionLimits, Token, unrecorded,
};
use vzaemo_registers::{Bodies, EdrError, Head, Holidays, LegalEntities, LegalEntity, State as EntityState};
use vzaemo_storage::files::{Files, FilesConfig};
use vzaemo_storage::{Config, Postgres, Storage};

const CODE: &str = "44900179";
const OTHER: &str = "00032112";
/// The head by the register; test person 13 bears the name.
const HEAD: u32 = 13;

/// What the register says.
#[derive(Clone)]
enum Says {
    /// This is an organisation.
    Knows(LegalEntity),
    /// There is none.
    KnowsNone,
    /// Nothing: it is down.
    Nothing,
}

/// A register that answers what it is told to.
struct Told(Mutex<Says>);

#[async_trait]
impl LegalEntities for Told {
    async fn find(&self, code: &Edrpou) -> Result<Option<LegalEntity>, EdrError> {
        match self.0.lock().unwrap().clone() {
            Says::Knows(entity) => Ok((entity.code == *code).then_some(entity)),
            Says::KnowsNone => Ok(None),
            Says::Nothing => Err(EdrError::Trouble(503)),
        }
    }
}

struct Place {
    representation: Representation,
    identity: Identity,
    register: Arc<Told>,
    storage: Storage,
    platform: Arc<crate::Platform>,
    legal: LegalClock,
    wait: Box<dyn Fn(SignedDuration)>,
    persons: DevPersons,
    _folder: tempfile::TempDir,
}

fn entity(state: EntityState) -> LegalEntity {
    LegalEntity {
        code: CODE.parse().unwrap(),
        name: "ГО «ЧИСТІ БЕРЕГИ»".into(),
        state,
        state_text: "стан".into(),
        heads: vec![Head {
            family: "ШЕВЧУК".into(),
            given_and_patronymic: "ГАННА МИКОЛАЇВНА".into(),
            role: "керівник".into(),
        }],
    }
}

fn code() -> Edrpou {
    CODE.parse().unwrap()
}

async fn place(shared: bool, heads_by_name: bool) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.postgres = shared.then(|| Postgres::at(vzaemo_test_postgres::shared().schema()));
    let storage = Storage::open(config).await.unwrap();
    storage.declare(vzaemo_cabinet::NAMESPACE, &vzaemo_cabinet::collections()).await.unwrap();
    vzaemo_audit::declare(&storage).await.unwrap();
    let at: Instant = "2026-09-03T10:00:00Z".parse().unwrap();
    let (legal, (security, hand)) = (LegalClock::still(at), SecurityClock::still(at));
    let (secret, limits) = (PlatformSecret::new([7; 32]), SessionLimits::default());
    let identity =
        Identity::open(storage.clone(), secret, legal.clone(), security.clone(), limits).await.unwrap();
    let files = Files::open(FilesConfig::new(folder.path().join("files")), storage.clone()).await.unwrap();
    let platform = crate::Platform {
        storage: storage.clone(),
        files,
        legal: legal.clone(),
        security,
        zone: Zone::named("Europe/Kyiv").unwrap(),
        calendar: Holidays::ukraine().unwrap().calendar(2026..=2027).unwrap(),
        bodies: Bodies::sample().unwrap().0,
        aliases: Arc::clone(&identity.aliases),
        grants: Arc::clone(&identity.grants),
        rules: Arc::clone(&identity.rules),
    };
    let register = Arc::new(Told(Mutex::new(Says::Knows(entity(EntityState::Registered)))));
    let entities: Arc<dyn LegalEntities> = Arc::clone(&register) as Arc<dyn LegalEntities>;
    let platform = Arc::new(platform);
    let representation = Representation::new(
        Arc::clone(&platform),
        Arc::clone(&identity.persons),
        Arc::clone(&identity.sessions),
        Some(Register { entities, heads_by_name }),
    );
    let wait = Box::new(move |by| {
        hand(by).unwrap();
    });
    let persons = DevPersons::new(7).unwrap();
    Place { representation, identity, register, storage, platform, legal, wait, persons, _folder: folder }
}

async fn places(heads_by_name: bool) -> [Place; 2] {
    [place(false, heads_by_name).await, place(true, heads_by_name).await]
}

fn wanted(last_day: &str) -> Wanted {
    Wanted { note: "Діловод".into(), last_day: last_day.parse().unwrap(), to: None }
}

impl Place {
    fn answers(&self, says: Says) {
        *self.register.0.lock().unwrap() = says;
    }

    /// A test person signs in; `organisation` is what the provider attests.
    async fn sign_in(&self, number: u32, organisation: Option<&str>) -> (Token, Session) {
        let person = self.persons.person(number).unwrap();
        let attested = Attested {
            method: Method::OpenIdConnect { provider: "development".into() },
            issuer: "https://id.example".into(),
            subject: person.subject(),
            assurance: person.assurance,
            key: (number != 7).then_some(person.key),
            name: person.name,
            organisation: organisation
                .map(|code| Organisation { edrpou: code.parse().unwrap(), name: Some("ГО".into()) }),
        };
        let sessions = &self.identity.sessions;
        sessions.open(&attested, Opening::default(), &|_, _| Box::pin(async { Ok(()) })).await.unwrap()
    }

    /// A person whom the technical administrator has made head of the organisation.
    async fn head_by_grant(&self, number: u32, edrpou: &str) -> (Token, Session) {
        let person = self.sign_in(number, None).await.1.person.id;
        let role = Role::OrganisationRepresentative { edrpou: edrpou.parse().unwrap() };
        self.identity.grants.grant(person, &role, None, &unrecorded).await.unwrap();
        self.sign_in(number, None).await
    }

    fn number_of(&self, number: u32) -> Rnokpp {
        match self.persons.person(number).unwrap().key {
            ProvenKey::Rnokpp(code) => code,
            ProvenKey::Unzr(_) => panic!("person {number} has no taxpayer's number"),
        }
    }

    async fn live(&self, token: &Token) -> Option<Session> {
        self.identity.sessions.lookup(token.secret()).await.unwrap()
    }

    async fn acts_for(&self, token: &Token, edrpou: &Edrpou) -> bool {
        self.identity.sessions.act_for(token.secret(), Some(edrpou)).await.is_ok()
    }

    async fn notices(&self, person: PersonId) -> Vec<String> {
        let mut unit = self.storage.begin().await.unwrap();
        let person = person.to_string();
        let (lines, _) = vzaemo_cabinet::my_notices(&mut unit, &person, 100, None).await.unwrap();
        lines.into_iter().map(|line| line.notice.text.en).collect()
    }

    async fn entries(&self) -> usize {
        self.storage.entries(0, 1000).await.unwrap().len()
    }

    /// A head and the delegate whom they have named, with their sessions.
    async fn delegated(&self) -> ((Token, Session), (Token, Session)) {
        let head = self.head_by_grant(HEAD, CODE).await;
        let invited = self.representation.invite(&head.1, &code(), &wanted("2026-12-31")).await.unwrap();
        let (_, before) = self.sign_in(1, None).await;
        let token = self.representation.take_up(&before, invited.token.secret()).await.unwrap();
        let session = self.live(&token).await.unwrap();
        (head, (token, session))
    }

    async fn delegation(&self, head: &Session) -> String {
        let staff = self.representation.staff(head, &code()).await.unwrap();
        staff.delegations.first().unwrap().0.clone()
    }
}

fn refused(claim: &vzaemo_identity::claims::Claim) -> Option<Refused> {
    match claim.state {
        ClaimState::Refused { why } => Some(why),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_certificate_and_register_name_heads_the_organisation_from_then_on() {
    for place in places(false).await {
        let (token, session) = place.sign_in(HEAD, Some(CODE)).await;
        let (other, _) = place.sign_in(HEAD, Some(CODE)).await;
        let before = place.entries().await;
        let (claim, goes_on) = place.representation.claim(&session, &code()).await.unwrap();
        assert!(matches!(claim.state, ClaimState::Confirmed { head: true, .. }), "{claim:?}");
        assert_eq!(place.entries().await, before + 2, "the claim, and its confirmation");
        assert!(place.live(&token).await.is_none(), "what a session may do changed, so its secret did");
        assert!(place.live(&other).await.is_none(), "other sessions end as at every change of roles");
        let session = place.live(&goes_on.unwrap()).await.unwrap();
        assert!(session.roles.heads(&code()));
        let names: Vec<_> = session.organisations().into_iter().map(|one| one.name.unwrap()).collect();
        assert_eq!(names, ["ГО «ЧИСТІ БЕРЕГИ»"], "one organisation, once, as the register calls it");
        // Also when they sign in otherwise.
        let (token, session) = place.sign_in(HEAD, None).await;
        assert_eq!(session.organisations().first().unwrap().name.as_deref(), Some("ГО «ЧИСТІ БЕРЕГИ»"));
        assert!(place.acts_for(&token, &code()).await);
        assert!(place.notices(session.person.id).await.iter().any(|text| text.contains("you head")));
        let kept = place.representation.claims(session.person.id).await.unwrap();
        let answer = kept.first().unwrap().answer.clone().unwrap();
        assert_eq!((answer.at, answer.state.as_deref()), (place.legal.now(), Some("стан")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_staff_makes_nobody_the_head() {
    for place in places(true).await {
        let (_, session) = place.sign_in(1, Some(CODE)).await;
        let (claim, token) = place.representation.claim(&session, &code()).await.unwrap();
        assert!(matches!(claim.state, ClaimState::Confirmed { head: false, .. }), "{claim:?}");
        let session = place.live(&token.unwrap()).await.unwrap();
        assert!(session.roles.represents(&code()) && !session.roles.heads(&code()));
        let not = place.representation.invite(&session, &code(), &wanted("2026-12-31")).await;
        assert!(matches!(not, Err(NotDone::NotFound)), "{not:?}");
        assert!(matches!(place.representation.claim(&session, &code()).await, Err(NotDone::HasItAlready)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_a_claim_that_nothing_confirms_lets_nobody_act() {
    for place in places(false).await {
        // Person 13 bears the head's name, but nothing ties this sign-in to the organisation.
        for (number, says, why) in [
            (HEAD, Says::Knows(entity(EntityState::Registered)), Refused::NothingTies),
            (1, Says::Knows(entity(EntityState::Registered)), Refused::NothingTies),
            (2, Says::KnowsNone, Refused::Unknown),
            (3, Says::Knows(entity(EntityState::BeingTerminated)), Refused::BeingTerminated),
            (4, Says::Knows(entity(EntityState::Ended)), Refused::Gone),
        ] {
            place.answers(says);
            let (token, session) = place.sign_in(number, None).await;
            let (claim, goes_on) = place.representation.claim(&session, &code()).await.unwrap();
            assert_eq!((refused(&claim), goes_on), (Some(why), None));
            assert!(place.live(&token).await.is_some(), "the session goes on as it was");
            assert!(!place.acts_for(&token, &code()).await);
        }
        // Not even a certificate stands for an organisation that is being terminated.
        place.answers(Says::Knows(entity(EntityState::BeingTerminated)));
        let (_, session) = place.sign_in(5, Some(CODE)).await;
        let (claim, _) = place.representation.claim(&session, &code()).await.unwrap();
        assert_eq!(refused(&claim), Some(Refused::BeingTerminated));
        assert!(!place.acts_for(&place.sign_in(5, None).await.0, &code()).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_holder_answers_for_it_a_name_is_enough() {
    for place in places(true).await {
        let (_, session) = place.sign_in(HEAD, None).await;
        let (claim, _) = place.representation.claim(&session, &code()).await.unwrap();
        assert!(matches!(claim.state, ClaimState::Confirmed { head: true, .. }));
        let (_, session) = place.sign_in(1, None).await;
        let (claim, _) = place.representation.claim(&session, &code()).await.unwrap();
        assert_eq!(refused(&claim), Some(Refused::NothingTies));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_meets_a_register_that_is_down_is_kept_and_looked_up_again() {
    for place in places(false).await {
        place.answers(Says::Nothing);
        let (token, session) = place.sign_in(HEAD, Some(CODE)).await;
        let person = session.person.id;
        let (claim, goes_on) = place.representation.claim(&session, &code()).await.unwrap();
        assert_eq!((&claim.state, goes_on), (&ClaimState::ToVerify { tries: 1 }, None));
        assert!(place.live(&token).await.is_some());
        assert!(!place.acts_for(&place.sign_in(HEAD, None).await.0, &code()).await, "it gives no right");

        // Twice as long each time; in between the register is left alone.
        for (seconds, tries) in [(4, 1), (1, 2), (9, 2), (1, 3)] {
            (place.wait)(SignedDuration::from_secs(seconds));
            assert_eq!(place.representation.round().await.unwrap(), 0);
            let state = place.representation.claims(person).await.unwrap().first().unwrap().state.clone();
            assert_eq!(state, ClaimState::ToVerify { tries });
        }
        assert!(place.notices(person).await.is_empty());

        // What was attested when the claim was made counts, though that session is over.
        place.answers(Says::Knows(entity(EntityState::Registered)));
        (place.wait)(SignedDuration::from_secs(20));
        assert_eq!(place.representation.round().await.unwrap(), 1);
        let state = place.representation.claims(person).await.unwrap().first().unwrap().state.clone();
        assert!(matches!(state, ClaimState::Confirmed { head: true, .. }), "{state:?}");
        assert!(place.acts_for(&place.sign_in(HEAD, None).await.0, &code()).await);
        assert_eq!(place.notices(person).await.len(), 1);
        assert_eq!(place.representation.round().await.unwrap(), 0, "and that was all");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_stays_silent_is_given_up_with_a_notice_and_a_refusal_is_one_too() {
    for place in places(false).await {
        place.answers(Says::Nothing);
        let (_, session) = place.sign_in(1, None).await;
        place.representation.claim(&session, &code()).await.unwrap();
        place.legal.advance(SignedDuration::from_hours(31 * 24)).unwrap();
        (place.wait)(SignedDuration::from_hours(1));
        assert_eq!(place.representation.round().await.unwrap(), 1);
        let claims = place.representation.claims(session.person.id).await.unwrap();
        assert_eq!(refused(claims.first().unwrap()), Some(Refused::Silent));
        assert!(place.notices(session.person.id).await[0].contains("has not answered"));

        let (_, fresh) = place.sign_in(2, None).await;
        place.representation.claim(&fresh, &code()).await.unwrap();
        place.answers(Says::KnowsNone);
        (place.wait)(SignedDuration::from_secs(5));
        assert_eq!(place.representation.round().await.unwrap(), 1);
        assert!(place.notices(fresh.person.id).await[0].contains("no legal entity"));
        // A claim that gives no right can be taken back; somebody else's cannot.
        assert!(matches!(
            place.representation.forget_claim(&place.sign_in(3, None).await.1, &code()).await,
            Err(NotDone::NotFound)
        ));
        place.representation.forget_claim(&fresh, &code()).await.unwrap();
        assert!(place.representation.claims(fresh.person.id).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_claim_ends_after_a_year_by_itself_and_at_once() {
    for place in places(false).await {
        let (_, session) = place.sign_in(HEAD, Some(CODE)).await;
        place.representation.claim(&session, &code()).await.unwrap();
        let (token, _) = place.sign_in(HEAD, None).await;
        let (token, _) = place.identity.sessions.act_for(token.secret(), Some(&code())).await.unwrap();
        place.legal.advance(SignedDuration::from_hours(365 * 24)).unwrap();
        assert!(place.live(&token).await.is_none(), "before any timed work: nobody acts unawares");
        let (token, session) = place.sign_in(HEAD, None).await;
        assert!(session.organisations().is_empty() && !place.acts_for(&token, &code()).await);
        assert_eq!(place.representation.round().await.unwrap(), 1);
        let person = session.person.id;
        assert_eq!(place.representation.claims(person).await.unwrap()[0].state, ClaimState::Ended);
        assert!(place.notices(person).await.iter().any(|text| text.contains("is over")));
        // And it is claimed anew.
        let (_, session) = place.sign_in(HEAD, Some(CODE)).await;
        let (claim, _) = place.representation.claim(&session, &code()).await.unwrap();
        assert!(matches!(claim.state, ClaimState::Confirmed { .. }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegate_acts_until_the_head_revokes_it() {
    for place in places(false).await {
        let (head, (token, delegate)) = place.delegated().await;
        assert!(delegate.roles.represents(&code()) && !delegate.roles.heads(&code()));
        let (token, delegate) = place.identity.sessions.act_for(token.secret(), Some(&code())).await.unwrap();
        let principal = delegate.principal();
        assert_eq!(principal.organisation.unwrap().edrpou, code());
        assert_eq!(place.notices(delegate.person.id).await.len(), 1);
        assert_eq!(place.notices(head.1.person.id).await.len(), 1);

        // An act that has begun before the revocation does not commit after it.
        let mut act = place.storage.begin().await.unwrap();
        let grants = &place.identity.grants;
        assert!(grants.still_stands(&mut act, delegate.person.id, delegate.standing).await.unwrap());
        let notice = vzaemo_cabinet::Notice {
            module: String::new(),
            kind: vzaemo_cabinet::mail::Kind::Case,
            text: vzaemo_cabinet::Text { uk: "дія".into(), en: "an act".into() },
            address: "/".into(),
        };
        let (other, now) = (head.1.person.id.to_string(), place.legal.now());
        vzaemo_cabinet::notify(&mut act, &other, notice, now).await.unwrap();
        let key = place.delegation(&head.1).await;
        place.representation.revoke(&head.1, &code(), &key).await.unwrap();
        assert!(act.commit().await.unwrap_err().is_retryable(), "its standing has changed meanwhile");
        let mut again = place.storage.begin().await.unwrap();
        assert!(!grants.still_stands(&mut again, delegate.person.id, delegate.standing).await.unwrap());
        drop(again);

        assert!(place.live(&token).await.is_none(), "the session has ended");
        let (token, session) = place.sign_in(1, None).await;
        assert!(session.organisations().is_empty() && !place.acts_for(&token, &code()).await);
        assert!(place.notices(session.person.id).await.iter().any(|text| text.contains("revoked")));
        assert!(place.notices(head.1.person.id).await.iter().any(|text| text.contains("revoked")));
        let again = place.representation.revoke(&head.1, &code(), &key).await;
        assert!(matches!(again, Err(NotDone::NotFound)), "once is enough: {again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegation_ends_with_its_last_day() {
    for place in places(false).await {
        let (head, (token, delegate)) = place.delegated().await;
        let (token, _) = place.identity.sessions.act_for(token.secret(), Some(&code())).await.unwrap();
        // 31 December is the last day: in Kyiv it ends at 22:00 UTC.
        place.legal.set_at_least("2026-12-31T21:59:59Z".parse().unwrap()).unwrap();
        assert!(place.live(&token).await.is_some());
        place.legal.set_at_least("2026-12-31T22:00:00Z".parse().unwrap()).unwrap();
        assert!(place.live(&token).await.is_none(), "at once, before any timed work");
        assert_eq!(place.representation.round().await.unwrap(), 1);
        assert_eq!(place.representation.round().await.unwrap(), 0);
        assert!(place.identity.grants.of(delegate.person.id).await.unwrap().is_empty());
        for person in [delegate.person.id, head.1.person.id] {
            assert!(place.notices(person).await.iter().any(|text| text.contains("is over")));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegate_gives_it_up() {
    for place in places(false).await {
        let (head, (token, delegate)) = place.delegated().await;
        let key = place.delegation(&head.1).await;
        let stranger = place.sign_in(2, None).await.1;
        assert!(matches!(place.representation.give_up(&stranger, &key).await, Err(NotDone::NotFound)));
        assert!(matches!(place.representation.give_up(&head.1, &key).await, Err(NotDone::NotFound)));
        place.representation.give_up(&delegate, &key).await.unwrap();
        assert!(place.live(&token).await.is_none());
        assert!(place.notices(head.1.person.id).await.iter().any(|text| text.contains("given up")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_leaves_neither_claim_nor_right_nor_invitation() {
    for place in places(true).await {
        let (head, (_, delegate)) = place.delegated().await;
        place.representation.invite(&head.1, &code(), &wanted("2026-12-31")).await.unwrap();
        let (_, claimant) = place.sign_in(2, Some(CODE)).await;
        place.representation.claim(&claimant, &code()).await.unwrap();
        let nobody = FullName { family: "Стерта".into(), given: "Особа".into(), patronymic: None };
        for session in [&delegate, &claimant, &head.1] {
            assert!(place.identity.persons.erase(session.person.id, &nobody, &unrecorded).await.unwrap());
        }
        for collection in ["claims", "invitations", "delegations"] {
            let mut left = place.storage.export("identity", collection).await.unwrap();
            assert!(left.next().await.unwrap().is_none(), "{collection}");
            left.end().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_a_delegate_delegates_nothing_further() {
    for place in places(false).await {
        let (head, (_, delegate)) = place.delegated().await;
        let key = place.delegation(&head.1).await;
        let representation = &place.representation;
        let wanted = wanted("2026-12-31");
        assert!(matches!(representation.staff(&delegate, &code()).await, Err(NotDone::NotFound)));
        assert!(matches!(representation.invite(&delegate, &code(), &wanted).await, Err(NotDone::NotFound)));
        assert!(matches!(representation.revoke(&delegate, &code(), &key).await, Err(NotDone::NotFound)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_an_invitation_serves_once_and_only_whom_it_is_for() {
    for place in places(false).await {
        let head = place.head_by_grant(HEAD, CODE).await.1;
        let representation = &place.representation;
        let wanted = Wanted { to: Some(place.number_of(1)), ..wanted("2026-12-31") };
        let secret = representation.invite(&head, &code(), &wanted).await.unwrap().token;
        let secret = secret.secret();
        let none = |result: Result<Token, NotDone>| {
            assert!(matches!(result, Err(NotDone::NoInvitation)), "{result:?}");
        };
        // Whoever else has got hold of the link, and who guesses.
        let (_, other) = place.sign_in(2, None).await;
        none(representation.take_up(&other, secret).await);
        assert!(matches!(representation.offer(&other, secret).await, Err(NotDone::NoInvitation)));
        let (_, invited) = place.sign_in(1, None).await;
        none(representation.take_up(&invited, Token::random().secret()).await);
        none(representation.take_up(&invited, "x").await);
        // Who is not proven, even with the name.
        let (_, unproven) = place.sign_in(7, None).await;
        assert!(matches!(representation.take_up(&unproven, secret).await, Err(NotDone::NotEntitled)));
        assert_eq!(representation.offer(&invited, secret).await.unwrap().by, "Ганна Миколаївна Шевчук");

        // Two at once: one of them.
        let (_, twin) = place.sign_in(1, None).await;
        let (one, two) =
            tokio::join!(representation.take_up(&invited, secret), representation.take_up(&twin, secret));
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
        let staff = representation.staff(&head, &code()).await.unwrap();
        assert_eq!((staff.delegations.len(), staff.invitations.len()), (1, 0));
        // Replayed after the delegation was revoked, it serves neither its person nor another.
        representation.revoke(&head, &code(), &staff.delegations[0].0).await.unwrap();
        none(representation.take_up(&place.sign_in(1, None).await.1, secret).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_an_invitation_dies_with_its_time_its_withdrawal_and_its_head() {
    for place in places(false).await {
        let representation = &place.representation;
        let head = place.head_by_grant(HEAD, CODE).await.1;
        let make = async || {
            let made = representation.invite(&head, &code(), &wanted("2026-12-31")).await.unwrap();
            made.token
        };
        let refused = async |token: &Token| {
            let (_, invited) = place.sign_in(1, None).await;
            let result = representation.take_up(&invited, token.secret()).await;
            assert!(matches!(result, Err(NotDone::NoInvitation)), "{result:?}");
        };
        let withdrawn = make().await;
        let key = representation.staff(&head, &code()).await.unwrap().invitations[0].0.clone();
        representation.withdraw(&head, &code(), &key).await.unwrap();
        refused(&withdrawn).await;

        let orphaned = make().await;
        let role = Role::OrganisationRepresentative { edrpou: code() };
        place.identity.grants.revoke(head.person.id, &role, &unrecorded).await.unwrap();
        refused(&orphaned).await;
        // The session that was head's is none any more.
        let ended = representation.invite(&head, &code(), &wanted("2026-12-31")).await;
        assert!(matches!(ended, Err(NotDone::SessionEnded)), "{ended:?}");

        let head = place.head_by_grant(HEAD, CODE).await.1;
        let made = representation.invite(&head, &code(), &wanted("2026-12-31")).await.unwrap();
        place.identity.grants.block(head.person.id, "rule 1", None, &unrecorded).await.unwrap();
        refused(&made.token).await;
        place.identity.grants.unblock(head.person.id, &unrecorded).await.unwrap();
        (place.wait)(SignedDuration::from_hours(7 * 24));
        refused(&made.token).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_the_head_of_one_organisation_is_nobody_in_another() {
    for place in places(false).await {
        let (head, _) = place.delegated().await;
        let representation = &place.representation;
        representation.invite(&head.1, &code(), &wanted("2026-12-31")).await.unwrap();
        let staff = representation.staff(&head.1, &code()).await.unwrap();
        let (delegation, invitation) = (&staff.delegations[0].0, &staff.invitations[0].0);
        let other: Edrpou = OTHER.parse().unwrap();
        let stranger = place.head_by_grant(2, OTHER).await.1;
        assert!(matches!(representation.staff(&stranger, &code()).await, Err(NotDone::NotFound)));
        // Neither under the other's address nor under their own do the keys of another organisation serve.
        for edrpou in [&code(), &other] {
            let revoked = representation.revoke(&stranger, edrpou, delegation).await;
            assert!(matches!(revoked, Err(NotDone::NotFound)), "{revoked:?}");
            let withdrawn = representation.withdraw(&stranger, edrpou, invitation).await;
            assert!(matches!(withdrawn, Err(NotDone::NotFound)), "{withdrawn:?}");
        }
        let staff = representation.staff(&head.1, &code()).await.unwrap();
        assert_eq!((staff.delegations.len(), staff.invitations.len()), (1, 1), "nothing was touched");
        assert!(staff.delegations[0].1.ended.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_and_a_note_are_checked() {
    let place = place(false, false).await;
    let head = place.head_by_grant(HEAD, CODE).await.1;
    let representation = &place.representation;
    // Today, 3 September, is still a day; yesterday is none, nor is one in four years.
    for (day, good) in
        [("2026-09-02", false), ("2026-09-03", true), ("2029-09-01", true), ("2030-09-03", false)]
    {
        let made = representation.invite(&head, &code(), &wanted(day)).await;
        assert_eq!(made.is_ok(), good, "{day}");
        assert!(good || matches!(made, Err(NotDone::Day)), "{day}");
    }
    for note in [String::new(), "  ".into(), "а".repeat(101), "a\u{7}b".into()] {
        let made = representation.invite(&head, &code(), &Wanted { note, ..wanted("2026-12-31") }).await;
        assert!(matches!(made, Err(NotDone::Note)));
    }
    // The head needs no invitation of their own.
    let made = representation.invite(&head, &code(), &wanted("2026-12-31")).await.unwrap();
    let own = representation.take_up(&head, made.token.secret()).await;
    assert!(matches!(own, Err(NotDone::HasItAlready)), "{own:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_link_nor_number_can_be_read_from_the_database() {
    let place = place(false, false).await;
    let head = place.head_by_grant(HEAD, CODE).await.1;
    let wanted = Wanted { to: Some(place.number_of(1)), ..wanted("2026-12-31") };
    let made = place.representation.invite(&head, &code(), &wanted).await.unwrap();
    let staff = place.representation.staff(&head, &code()).await.unwrap();
    let (key, invitation) = &staff.invitations[0];
    let kept = format!("{key} {}", serde_json::to_string(invitation).unwrap());
    assert!(!kept.contains(made.token.secret()) && !kept.contains(place.number_of(1).reveal()), "{kept}");
}
